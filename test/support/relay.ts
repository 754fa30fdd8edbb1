/** A TCP relay on 127.0.0.1 in front of a peer: it counts what the peer sends, and can hold it to a rate. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const portionMs = 20

export interface Relay extends AsyncDisposable {
  readonly port: number
  /** Bytes that came from the peer since the start. */
  readonly received: number
  /** Connections that are open now. */
  readonly open: number
  /** Bytes a second that the peer may send; without a limit in the beginning. */
  limit(rate: number): void
}

/** Starts a relay to the peer on `target`; `onConnection` is called for each connection before a byte passes. */
export async function startRelay(target: number, onConnection?: () => void): Promise<Relay> {
  const sockets = new Set<Socket>()
  const state = { received: 0, open: 0, rate: Infinity }
  const server = createServer((near) => {
    onConnection?.()
    state.open += 1
    near.once('close', () => (state.open -= 1))
    const far = connect(target, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined) // an end of either side, however it comes, ends both
      socket.once('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.on('data', (bytes: Buffer) => {
      state.received += bytes.length
      near.write(bytes)
      if (state.rate !== Infinity) void hold(far, (bytes.length / state.rate) * 1000)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get received() {
      return state.received
    },
    get open() {
      return state.open
    },
    limit: (rate) => {
      state.rate = rate
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}

async function hold(socket: Socket, ms: number): Promise<void> {
  socket.pause()
  await delay(Math.max(portionMs, ms))
  socket.resume()
}
