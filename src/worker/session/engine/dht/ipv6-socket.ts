/** A UDP socket of IPv6 for the engine's DHT node, to which it looks like one of IPv4: see `StandIns`. */
import type { RemoteInfo, Socket } from 'node:dgram'
import { EventEmitter } from 'node:events'
import { inward, outward } from './ipv6-messages.ts'
import type { StandIns } from './stand-ins.ts'

/** Has of a socket what the engine's node calls. It emits `listening`, `message`, `error` and `close`. */
export class Ipv6Socket extends EventEmitter {
  readonly #udp: Socket
  readonly #standIns: StandIns

  /** The socket is bound, or will be by who gives it. */
  constructor(udp: Socket, standIns: StandIns) {
    super()
    this.#udp = udp
    this.#standIns = standIns
    udp.on('message', (datagram: Buffer, from: RemoteInfo) => this.#take(datagram, from))
    for (const event of ['listening', 'error', 'close'] as const)
      udp.on(event, (...told: unknown[]) => this.emit(event, ...told))
  }

  bind(): void {
    this.#udp.bind()
  }

  address(): unknown {
    return this.#udp.address()
  }

  /** Sends nothing where the address that `standIn` stands for is forgotten: who asked waits in vain. */
  send(bytes: Uint8Array, offset: number, length: number, port: number, standIn: string): void {
    const host = this.#standIns.host(standIn)
    if (host !== undefined)
      this.#udp.send(outward(bytes.subarray(offset, offset + length), this.#standIns), port, host)
  }

  close(): void {
    this.#udp.close()
  }

  /** Throws `invalid_bencode`, as whoever listens on the socket may. */
  #take(datagram: Buffer, from: RemoteInfo): void {
    const address = this.#standIns.of(from.address)
    if (address !== undefined) this.emit('message', inward(datagram, this.#standIns), { ...from, address })
  }
}
