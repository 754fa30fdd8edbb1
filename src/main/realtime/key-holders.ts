/** The sockets of each API key: who may connect, how much, and the end of all when their key is revoked. */
import type { Server, Socket } from 'socket.io'
import { RestTorrentError, toWireError } from '../../protocol/errors.ts'
import type { Access } from '../access/access.ts'
import { keyInHeaders, type Authentication } from '../access/authentication.ts'
import { TokenBucket } from '../access/token-bucket.ts'

/** What is kept of a socket that was let in. */
export interface SocketFacts {
  address: string
  access: Access
  /** The commands that are left to its key this second; absent for a caller without a key. */
  commands: TokenBucket | undefined
}

export interface KeyHolderOptions {
  readonly authentication: Authentication
  readonly socketsPerKey?: number
  readonly commandsPerKey?: number
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

interface Holder {
  sockets: number
  readonly commands: TokenBucket
}

/** Lets sockets in by their key and cuts them when it is revoked; gives its own undo. */
export function holdByKey(io: Server, options: KeyHolderOptions): () => void {
  const { authentication, socketsPerKey = Infinity, commandsPerKey = Infinity } = options
  const holders = new Map<string, Holder>()
  const enter = (socket: Socket, key: string): TokenBucket => {
    const holder = holders.get(key) ?? { sockets: 0, commands: new TokenBucket(commandsPerKey) }
    if (holder.sockets >= socketsPerKey) {
      throw new RestTorrentError('rate_limited', `more than ${socketsPerKey} sockets of this key`)
    }
    holders.set(key, holder)
    holder.sockets += 1
    socket.conn.once('close', () => {
      holder.sockets -= 1
      if (holder.sockets === 0) holders.delete(key)
    })
    return holder.commands
  }
  io.use((socket, next) => {
    try {
      const { address: remote, headers } = socket.handshake
      const address = authentication.addressOf(remote, headers['x-forwarded-for']?.toString())
      const access = authentication.access(keyOf(socket), address)
      const commands = access.key === null ? undefined : enter(socket, access.key)
      Object.assign(socket.data as SocketFacts, { address, access, commands })
      next()
    } catch (error) {
      next(new ConnectRefusal(error))
      // one connection is one attempt
      setImmediate(() => socket.conn.close())
    }
  })
  const { keys } = authentication
  io.on('connection', (socket) => {
    // it may have been revoked between the check and now
    const { key } = (socket.data as SocketFacts).access
    if (key !== null && !keys.has(key)) cut(socket, key)
  })
  return keys.onRevoked((prefix) => {
    for (const socket of io.of('/').sockets.values()) {
      if ((socket.data as SocketFacts).access.key === prefix) cut(socket, prefix)
    }
  })
}

function cut(socket: Socket, key: string): void {
  socket.emit('key_revoked', { key })
  socket.disconnect(true)
}

function keyOf({ handshake }: Socket): string | undefined {
  const { key } = handshake.auth
  const { authorization, 'x-api-key': apiKey } = handshake.headers
  if (key === undefined) return keyInHeaders(authorization, apiKey?.toString())
  return typeof key === 'string' ? key : ''
}
