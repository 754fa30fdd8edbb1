import type { RestTorrentError } from '../../../protocol/errors.ts'
import type { Clock } from './clock.ts'
import { UdpConnection } from './udp-connection.ts'
import type { UdpServer } from './udp-socket.ts'

/** Sockets that may stay while nothing is asked over them; those in use are as many as the pacer lets ask. */
const mostIdle = 20

/** The UDP trackers that a session asks, or asked a moment ago, each with a socket of its own. */
export class UdpConnections {
  readonly #clock: Clock
  /** Those used last come last. */
  readonly #open = new Map<string, UdpConnection>()
  #refusal: RestTorrentError | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Throws while trackers are refused. */
  to(server: UdpServer): UdpConnection {
    if (this.#refusal) throw this.#refusal
    const key = `${server.address} ${server.port}`
    const known = this.#open.get(key)
    const connection = known && !known.socket.isClosed ? known : new UdpConnection(server, this.#clock)
    this.#open.delete(key)
    this.#closeSurplus()
    this.#open.set(key, connection)
    return connection
  }

  /** Ends what is under way for this reason, and refuses what is asked until there is none any more. */
  refuse(reason: RestTorrentError | undefined): void {
    this.#refusal = reason
    if (!reason) return
    for (const { socket } of this.#open.values()) socket.close(reason)
    this.#open.clear()
  }

  #closeSurplus(): void {
    const idle = [...this.#open].filter(([, { socket }]) => socket.isIdle)
    for (const [place, [key, { socket }]] of idle.entries()) {
      if (place < idle.length - mostIdle) socket.close()
      if (socket.isClosed) this.#open.delete(key)
    }
  }
}
