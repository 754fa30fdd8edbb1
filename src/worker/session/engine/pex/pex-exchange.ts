/**
 * The peer exchange of one torrent (BEP 11), both ways. A private torrent has none (BEP 27): as long as
 * nobody knows whether a magnet is private, its peers are listened to and told nothing.
 */
import type { Wire } from 'webtorrent'
import { listensAt } from '../listens-at.ts'
import { wantsNothing } from '../upload-only/wants-nothing.ts'
import { offerPex, sendPex } from './pex-extension.ts'
import { decodePex, encodePex, pexFlags, type PexMessage, type PexPeer } from './pex-message.ts'
import { PexSender } from './pex-sender.ts'

/** Of what comes sooner nothing is taken; somewhat less than the minute of BEP 11, for clocks that differ. */
const leastIntervalMs = 55_000

export interface PexOptions {
  /** Whether the torrent is known to be public. */
  readonly isPublic: () => boolean
  /** We want nothing: seeds are of no use to us. */
  readonly wantNothing: () => boolean
  /** Whether an address may be told to a peer at another; both are IP addresses. */
  readonly mayTell: (host: string, to: string) => boolean
  /** Peers that somebody named, `host:port`. */
  readonly onPeer: (address: string) => void
}

export class PexExchange {
  readonly #options: PexOptions
  readonly #senders = new Map<Wire, PexSender>()
  readonly #wires = new Set<Wire>()

  constructor(options: PexOptions) {
    this.#options = options
  }

  /** Takes a wire in whose extended handshake is yet to be sent. */
  join(wire: Wire): void {
    let takenAt = -Infinity
    this.#wires.add(wire)
    offerPex(wire, {
      onSupported: () => this.#begin(wire),
      onMessage: (bytes) => {
        if (performance.now() - takenAt < leastIntervalMs) return
        takenAt = performance.now()
        this.#take(wire, bytes)
      },
    })
    wire.on('extended', (name: unknown) => {
      if (name === 'handshake') this.#changed() // the peer may have said where it listens
    })
    wire.once('close', () => this.#leave(wire))
  }

  /** The torrent turned out to be public: what was held back may be told. */
  opened(): void {
    this.#changed()
  }

  #begin(wire: Wire): void {
    if (this.#senders.has(wire) || !this.#wires.has(wire)) return
    const sender = new PexSender({
      current: () => this.#toldTo(wire),
      send: (message) => sendPex(wire, encodePex(message)),
    })
    this.#senders.set(wire, sender)
    sender.changed()
  }

  #leave(wire: Wire): void {
    this.#senders.get(wire)?.stop()
    this.#senders.delete(wire)
    this.#wires.delete(wire)
    this.#changed()
  }

  #changed(): void {
    if (this.#options.isPublic()) for (const sender of this.#senders.values()) sender.changed()
  }

  /** A message that cannot be read ends the connection. */
  #take(wire: Wire, bytes: Uint8Array): void {
    let message: PexMessage
    try {
      message = decodePex(bytes)
    } catch {
      wire.destroy()
      return
    }
    const { wantNothing, onPeer } = this.#options
    for (const { address, flags } of message.added) {
      if (!(wantNothing() && (flags & pexFlags.seed) !== 0)) onPeer(address)
    }
  }

  *#toldTo(to: Wire): Iterable<PexPeer> {
    const { isPublic, mayTell } = this.#options
    if (!isPublic()) return
    for (const wire of this.#wires) {
      const host = wire.remoteAddress
      const address = listensAt(wire)
      if (wire === to || host === undefined || address === undefined) continue
      if (mayTell(host, to.remoteAddress ?? '')) yield { address, flags: flagsOf(wire) }
    }
  }
}

function flagsOf(wire: Wire): number {
  const { type, peerExtendedHandshake, _encryptionMethod } = wire
  const isEncrypted = (_encryptionMethod ?? 0) > 0 || peerExtendedHandshake.e === 1
  return (
    (isEncrypted ? pexFlags.prefersEncryption : 0) |
    (wantsNothing(wire) ? pexFlags.seed : 0) |
    (type === 'tcpOutgoing' ? pexFlags.reachable : 0)
  )
}
