/**
 * Whether the engine has one torrent at the moment. A torrent that is dormant is given to it when somebody asks for
 * it: what the engine hears of it from outside, and whoever here needs it there, wakes it.
 */
import type { ActivationLane } from './activation-lane.ts'
import type { Content } from './engine/content.ts'
import type { DormantTorrent } from './engine/dormant-torrents.ts'
import type { EngineTorrent } from './engine/engine-torrent.ts'
import type { TorrentEvents } from './engine/torrent-events.ts'
import { handOver, type HandOver } from './hand-over.ts'

export interface EnginePresenceOptions extends HandOver {
  readonly lane: ActivationLane
  readonly events: TorrentEvents
  /** As it is now; absent while the metadata is unknown. */
  readonly content: () => Content | undefined
  readonly isPrivate: () => boolean
  /** It fell asleep, or is in the engine now. */
  readonly onRest: () => void
}

export class EnginePresence {
  readonly #options: EnginePresenceOptions
  #opened: EngineTorrent | undefined
  #dormant: DormantTorrent | undefined
  /** What falling asleep and waking up take, one after the other. */
  #change: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: EnginePresenceOptions) {
    this.#options = options
  }

  /** The torrent in the engine, while it is there. */
  get opened(): EngineTorrent | undefined {
    return this.#opened
  }

  /** Gives it to the engine for the first time. Rejects as `handOver`. */
  async begin(): Promise<EngineTorrent> {
    const { lane, events, onRest } = this.#options
    const opened = (this.#opened = await lane.run(() => this.#handOver(events)))
    onRest()
    return opened
  }

  /** Takes it from the engine, where it is there, until somebody asks for it. */
  rest(): void {
    const opened = this.#opened
    this.#opened = undefined
    if (opened) this.#change = this.#change.then(() => opened.close())
    const { swarm, record, isPrivate, onRest } = this.#options
    this.#dormant = {
      infoHash: record().infoHash,
      isPrivate: isPrivate(),
      wasOpen: opened !== undefined,
      wake: () => this.awake().then(() => undefined),
      onPeer: (address) => void this.awake().then((torrent) => torrent?.addPeer(address, 'dht')),
    }
    swarm.engine.dormant.add(this.#dormant)
    onRest()
  }

  /** The torrent in the engine; undefined where it is closed, or cannot be opened, which is told. */
  async awake(): Promise<EngineTorrent | undefined> {
    if (this.#opened === undefined) {
      this.#change = this.#change.then(() => this.#wake())
      await this.#change
    }
    return this.#isClosed ? undefined : this.#opened
  }

  /** Ends it for good; settles when no connection is left. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#leaveRest()
    await this.#change
    await this.#opened?.close()
  }

  async #wake(): Promise<void> {
    if (this.#opened || this.#isClosed) return
    const { events, lane, onRest, post, record } = this.#options
    const { infoHash } = record()
    const onReady = (): void => post({ type: 'activation_ended', infoHash })
    try {
      this.#opened = await lane.run(() => this.#handOver({ ...events, onReady }))
      this.#leaveRest()
      onRest()
    } catch (error) {
      post({ type: 'activation_ended', infoHash })
      this.#failed(error)
    }
  }

  async #handOver(events: TorrentEvents): Promise<EngineTorrent> {
    const opened = await handOver(this.#options, this.#options.content(), events)
    opened.changeWebSeeds(this.#options.record().source.webSeeds)
    return opened
  }

  #failed(error: unknown): void {
    if (!this.#isClosed) this.#options.events.onFailed(error)
  }

  #leaveRest(): void {
    if (this.#dormant) this.#options.swarm.engine.dormant.remove(this.#dormant)
    this.#dormant = undefined
  }
}
