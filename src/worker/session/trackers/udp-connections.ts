import type { Clock } from './clock.ts'
import { connectMagic, readConnect, udpAction } from './udp-packet.ts'
import type { UdpServer, UdpSocket } from './udp-socket.ts'

// BEP 15 lets a client use an id for a minute after it was given.
const keptMs = 55_000

interface Connection {
  readonly id: Promise<Uint8Array>
  readonly askedAt: number
}

/** The connection ids of UDP trackers, each asked for once by all who need it at the same time. */
export class UdpConnections {
  readonly #clock: Clock
  readonly #known = new Map<string, Connection>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A valid connection id; rejects as the socket does. */
  async connect(socket: UdpSocket, server: UdpServer, deadlineMs: number): Promise<Uint8Array> {
    this.#forgetOld()
    const known = this.#known.get(keyOf(server))
    if (known !== undefined) return await known.id
    const question = {
      connectionId: connectMagic,
      action: udpAction.connect,
      body: new Uint8Array(),
      read: readConnect,
    }
    const id = socket.ask(server, question, deadlineMs)
    this.#known.set(keyOf(server), { id, askedAt: this.#clock.now() })
    id.catch(() => this.forget(server))
    return await id
  }

  /** Lets the next question ask for a new id. */
  forget(server: UdpServer): void {
    this.#known.delete(keyOf(server))
  }

  // A map keeps the order of insertion: the oldest come first.
  #forgetOld(): void {
    const limit = this.#clock.now() - keptMs
    for (const [key, { askedAt }] of this.#known) {
      if (askedAt > limit) return
      this.#known.delete(key)
    }
  }
}

function keyOf({ address, port }: UdpServer): string {
  return `${address} ${port}`
}
