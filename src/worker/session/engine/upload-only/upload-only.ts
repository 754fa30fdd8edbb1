/**
 * Partial seeds (BEP 21) of one torrent, both ways: peers are told whether we want nothing more, and a
 * connection whose two ends want nothing is closed. What comes first still passes: the pieces that we have,
 * and a first exchange of peers.
 */
import type { Torrent, Wire } from 'webtorrent'
import { hearUploadOnly } from './upload-only-extension.ts'
import { wantsNoMetadata, wantsNothing } from './wants-nothing.ts'

/** How long a connection stays after it became needless. */
const needlessMs = 2000

/** What tells that a peer may want nothing any more. */
const changes = ['bitfield', 'have-all', 'have', 'extended'] as const

export interface UploadOnlyOptions {
  /** Whether we want nothing of what is missing, if anything is. */
  readonly wantNothing: () => boolean
  /** Whether peers may know it. */
  readonly mayTell: () => boolean
  /** Closes a connection that leads nowhere as long as neither end wants more. */
  readonly onNeedless: (wire: Wire, address: string) => void
  /** We want something again. */
  readonly onWanting: () => void
}

export class UploadOnly {
  readonly #torrent: Torrent
  readonly #options: UploadOnlyOptions
  readonly #addresses = new Map<Wire, string>()
  /** Those whose first extended handshake is sent. */
  readonly #open = new WeakSet<Wire>()
  readonly #leaving = new Set<Wire>()
  #wantedNothing = false
  #told = false

  constructor(torrent: Torrent, options: UploadOnlyOptions) {
    this.#torrent = torrent
    this.#options = options
  }

  /** Takes a wire in whose extended handshake is yet to be sent. */
  join(wire: Wire, address: string): void {
    wire.extendedHandshake['upload_only'] = Number(this.#told)
    hearUploadOnly(wire)
    this.#addresses.set(wire, address)
    queueMicrotask(() => this.#open.add(wire)) // the engine sends it in this turn
    for (const change of changes) wire.on(change, () => this.#look(wire))
    this.#look(wire) // one that dials in may have told before the engine knew its torrent
    wire.once('close', () => {
      this.#addresses.delete(wire)
      // the other end may have been quicker
      if (this.#isNeedless(wire)) this.#options.onNeedless(wire, address)
    })
  }

  /** Something changed in what we want, or may tell. */
  changed(): void {
    const { wantNothing, mayTell, onWanting } = this.#options
    const isToBeTold = wantNothing() && mayTell()
    if (isToBeTold !== this.#told) this.#tell(isToBeTold)
    if (wantNothing() === this.#wantedNothing) return
    this.#wantedNothing = wantNothing()
    if (!this.#wantedNothing) onWanting()
    else for (const wire of this.#addresses.keys()) this.#look(wire)
  }

  #tell(isUploadOnly: boolean): void {
    this.#told = isUploadOnly
    for (const wire of this.#addresses.keys()) {
      wire.extendedHandshake['upload_only'] = Number(isUploadOnly)
      if (this.#open.has(wire) && wire.peerExtensions.extended && !wire.destroyed)
        wire._sendExtendedHandshake()
    }
  }

  #look(wire: Wire): void {
    if (this.#leaving.has(wire) || !this.#isNeedless(wire)) return
    this.#leaving.add(wire)
    setTimeout(() => {
      this.#leaving.delete(wire)
      const address = this.#addresses.get(wire)
      if (address !== undefined && this.#isNeedless(wire)) this.#options.onNeedless(wire, address)
    }, needlessMs).unref()
  }

  #isNeedless(wire: Wire): boolean {
    if (this.#torrent.destroyed || !this.#options.wantNothing()) return false
    return wantsNothing(wire) && wantsNoMetadata(wire)
  }
}
