/**
 * How one torrent trades pieces with its peers, in the place of the engine's own ways: at what rate blocks
 * come and go, and who is served.
 */
import type { Torrent, Wire } from 'webtorrent'
import type { TorrentOptions } from '../../../protocol/torrent-options.ts'
import type { EngineStore } from '../storage/engine-store.ts'
import { Choker } from './choking/choker.ts'
import { serveInTurn } from './choking/serve-in-turn.ts'
import { ReadGate } from './limits/read-gate.ts'
import { RequestServer } from './limits/serve-requests.ts'
import type { TorrentLimits } from './limits/session-limits.ts'
import { attachPicker } from './picker/attach-picker.ts'
import type { PickerHandle, PickerOptions } from './picker/picker-handle.ts'
import { replaceServing } from './replace-serving.ts'
import { requireMembers } from './required-members.ts'
import { SuperSeeding } from './super-seeding/super-seeding.ts'
import { wantsNothing } from './upload-only/wants-nothing.ts'

export class Exchange {
  readonly #torrent: Torrent
  readonly #limits: TorrentLimits
  readonly #gate: ReadGate
  readonly #server: RequestServer
  readonly #choker: Choker<Wire>
  readonly #superSeeding: SuperSeeding
  #sequential: boolean
  #picker: PickerHandle | undefined

  constructor(torrent: Torrent, limits: TorrentLimits, options: TorrentOptions) {
    this.#torrent = torrent
    this.#limits = limits
    this.#sequential = options.sequential
    this.#gate = new ReadGate(limits.arrivals)
    this.#server = new RequestServer(torrent, limits.uploads)
    this.#choker = new Choker<Wire>({
      slots: options.upload_slots,
      isSeeding: () => this.wantsNothing,
      needsNothing: wantsNothing,
    })
    this.#superSeeding = new SuperSeeding(torrent, () => this.#picker?.availability() ?? new Uint32Array())
    replaceServing(torrent, {
      beforeOpen: (wire) => this.#superSeeding.beforeOpen(wire),
      onOpen: (wire) => {
        this.#server.join(wire)
        serveInTurn(wire, this.#choker)
        this.#superSeeding.opened(wire)
      },
    })
    torrent.once('close', () => {
      limits.close()
      this.#choker.stop()
    })
  }

  /** What chooses the blocks to ask for, once the torrent is ready. */
  get picker(): PickerHandle | undefined {
    return this.#picker
  }

  /** We want nothing of what is missing, if anything is. */
  get wantsNothing(): boolean {
    return this.#picker?.wantsNothing ?? false
  }

  /** Peers that connect now believe that we have nothing (BEP 16). */
  get isSuperSeeding(): boolean {
    return this.#superSeeding.isActive
  }

  /** The torrent can exchange pieces from now on, and serve them from its store; gives what chooses them. */
  ready(options: PickerOptions & { readonly store?: Pick<EngineStore, 'lend'> }): PickerHandle {
    requireMembers('OpenTorrent', this.#torrent)
    if (options.store) this.#server.serveFrom(options.store)
    const limit = this.#limits.requests
    this.#picker = attachPicker(this.#torrent, { ...options, sequential: this.#sequential, limit })
    return this.#picker
  }

  /** Payload came from a web seed; settles when more may be read. */
  receive(bytes: number, signal: AbortSignal): Promise<void> | undefined {
    return this.#gate.count(bytes, signal)
  }

  /** A peer has shaken hands. */
  join(wire: Wire): void {
    this.#gate.join(wire)
  }

  /** Obeys options from now on. */
  configure(options: TorrentOptions): void {
    this.#limits.configure(options)
    this.#choker.setSlots(options.upload_slots)
    this.#superSeeding.set(options.super_seeding)
    if (options.sequential === this.#sequential) return
    this.#sequential = options.sequential
    this.#picker?.setSequential(options.sequential)
  }
}
