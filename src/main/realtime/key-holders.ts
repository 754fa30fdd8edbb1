/** The sockets of each API key: who may connect, and the end of all of them when their key is revoked. */
import type { Server, Socket } from 'socket.io'
import { toWireError } from '../../protocol/errors.ts'
import type { Access } from '../access/access.ts'
import { keyInHeaders, type Authentication } from '../access/authentication.ts'

/** What is kept of a socket that was let in. */
export interface SocketFacts {
  access: Access
}

/** A refusal as Socket.IO hands it to a client: `connect_error` with the failure's code in `data`. */
class ConnectRefusal extends Error {
  readonly data: object

  constructor(error: unknown) {
    const { code, message } = toWireError(error)
    super(message)
    this.data = { code, message }
  }
}

/** Lets sockets in by their key and cuts them when it is revoked; gives its own undo. */
export function holdByKey(io: Server, authentication: Authentication): () => void {
  io.use((socket, next) => {
    try {
      ;(socket.data as SocketFacts).access = accessOf(socket, authentication)
      next()
    } catch (error) {
      next(new ConnectRefusal(error))
      // one connection is one attempt
      setImmediate(() => socket.conn.close())
    }
  })
  return authentication.keys.onRevoked((prefix) => {
    for (const socket of io.of('/').sockets.values()) {
      if ((socket.data as SocketFacts).access.key !== prefix) continue
      socket.emit('key_revoked', { key: prefix })
      socket.disconnect(true)
    }
  })
}

function accessOf({ handshake }: Socket, authentication: Authentication): Access {
  const { key } = handshake.auth
  const { authorization, 'x-api-key': apiKey } = handshake.headers
  if (key === undefined) return authentication.access(keyInHeaders(authorization, apiKey?.toString()))
  return authentication.access(typeof key === 'string' ? key : '')
}
