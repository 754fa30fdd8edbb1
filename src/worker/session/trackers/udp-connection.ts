import type { Clock } from './clock.ts'
import { connectMagic, readConnect, udpAction } from './udp-packet.ts'
import { UdpSocket, type UdpQuestion, type UdpServer } from './udp-socket.ts'

// BEP 15 lets a client use an id for a minute after it was given.
const keptMs = 55_000

interface ConnectionId {
  readonly bytes: Promise<Uint8Array>
  readonly askedAt: number
}

/**
 * A socket to a tracker and the id that the tracker gave for it, asked for once by all who need it at the
 * same time. The two end together: some trackers bind the id to the port that asked.
 */
export class UdpConnection {
  readonly socket: UdpSocket
  readonly #clock: Clock
  #id: ConnectionId | undefined

  constructor(server: UdpServer, clock: Clock) {
    this.socket = new UdpSocket(server, clock)
    this.#clock = clock
  }

  /** Resolves with the answer by `end`, an instant of the clock; rejects as the socket does. */
  async ask<T>(question: Omit<UdpQuestion<T>, 'connectionId'>, end: number): Promise<T> {
    const connectionId = await this.#connect(end)
    try {
      return await this.socket.ask({ ...question, connectionId }, this.#left(end))
    } catch (error) {
      // The tracker may have refused the id, after a restart of its own for instance.
      this.#id = undefined
      throw error
    }
  }

  async #connect(end: number): Promise<Uint8Array> {
    if (this.#id && this.#id.askedAt > this.#clock.now() - keptMs) return await this.#id.bytes
    const question = {
      connectionId: connectMagic,
      action: udpAction.connect,
      body: new Uint8Array(),
      read: readConnect,
    }
    const bytes = this.socket.ask(question, this.#left(end))
    const id = { bytes, askedAt: this.#clock.now() }
    this.#id = id
    bytes.catch(() => {
      if (this.#id === id) this.#id = undefined
    })
    return await bytes
  }

  #left(end: number): number {
    return Math.max(0, end - this.#clock.now())
  }
}
