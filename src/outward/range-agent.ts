import { Agent } from 'node:http'
import type { Socket } from 'node:net'
import { connectTo, type ConnectOptions } from './connect-to.ts'

/** A connection that is not used for so long is closed. */
const idleMs = 15_000

/** What the connections of one agent have in common. */
export interface RangeAgentOptions {
  readonly policy: ConnectOptions['policy']
  /** Open at the same time. */
  readonly maxConnections: number
}

/** Connections to one origin that are kept alive, each of them to an address that was judged. */
export class RangeAgent extends Agent {
  readonly #origin: URL
  readonly #policy: ConnectOptions['policy']
  readonly #closing = new AbortController()

  constructor(origin: URL, { policy, maxConnections }: RangeAgentOptions) {
    super({ keepAlive: true, maxSockets: maxConnections, maxFreeSockets: maxConnections, timeout: idleMs })
    this.#origin = origin
    this.#policy = policy
  }

  override createConnection(_: unknown, callback?: (error: Error | null, socket: Socket) => void): undefined {
    connectTo(this.#origin, { policy: this.#policy, signal: this.#closing.signal }).then(
      (socket) => callback?.(null, socket),
      (error: unknown) =>
        callback?.(error instanceof Error ? error : new Error('no connection'), undefined as never),
    )
  }

  /** Ends every connection, also those that are being opened. */
  override destroy(): void {
    this.#closing.abort()
    super.destroy()
  }
}
