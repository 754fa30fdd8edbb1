/**
 * Whether the engine has one torrent at the moment. A torrent that is dormant is given to it when somebody asks for
 * it: what the engine hears of it from outside, and whoever here needs it there, wakes it.
 */
import type { DormantTorrent } from './engine/dormant-torrents.ts'
import type { EngineTorrent } from './engine/engine-torrent.ts'
import { handOver } from './hand-over.ts'
import type { Swarm } from './swarm.ts'
import type { MeetingOptions } from './meeting-options.ts'

export class EnginePresence implements DormantTorrent {
  readonly infoHash: string
  readonly #options: MeetingOptions
  readonly #swarm: Swarm
  #opened: EngineTorrent | undefined
  #wasOpen = false
  /** What falling asleep and waking up take, one after the other. */
  #change: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: MeetingOptions, swarm: Swarm) {
    this.infoHash = options.record().infoHash
    this.#options = options
    this.#swarm = swarm
  }

  /** The torrent in the engine, while it is there. */
  get opened(): EngineTorrent | undefined {
    return this.#opened
  }

  get isPrivate(): boolean {
    return this.#options.content()?.info.private === true
  }

  get wasOpen(): boolean {
    return this.#wasOpen
  }

  async wake(): Promise<void> {
    await this.awake()
  }

  onPeer(address: string): void {
    void this.awake().then((torrent) => torrent?.addPeer(address, 'dht'))
  }

  /** Gives it to the engine for the first time. Rejects as `handOver`. */
  async begin(): Promise<EngineTorrent> {
    const { near, events, onRest } = this.#options
    const opened = (this.#opened = await near.lane.run(() => this.#handOver(events)))
    onRest()
    return opened
  }

  /** Takes it from the engine, where it is there, until somebody asks for it. */
  rest(): void {
    const opened = this.#opened
    this.#opened = undefined
    this.#change = this.#change.then(async () => await this.#release(opened))
    this.#wasOpen = opened !== undefined
    this.#swarm.engine.dormant.add(this)
    this.#options.onRest()
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

  async #release(opened: EngineTorrent | undefined): Promise<void> {
    await opened?.close()
    await this.#options
      .content()
      ?.rest()
      .catch((error: unknown) => this.#failed(error))
  }

  async #wake(): Promise<void> {
    if (this.#opened || this.#isClosed) return
    const { infoHash } = this
    const { events, near, onRest } = this.#options
    const onReady = (): void => near.post({ type: 'activation_ended', infoHash })
    try {
      this.#opened = await near.lane.run(() => this.#handOver({ ...events, onReady }))
      this.#leaveRest()
      onRest()
    } catch (error) {
      near.post({ type: 'activation_ended', infoHash })
      this.#failed(error)
    }
  }

  async #handOver(events: MeetingOptions['events']): Promise<EngineTorrent> {
    const { record, content, near, signal, meter } = this.#options
    const opened = await handOver(
      { record, swarm: this.#swarm, signal, post: near.post },
      content()?.lend(record()),
      {
        ...events,
        onDownloaded: (bytes) => meter.count(bytes, 0),
        onUploaded: (bytes) => meter.count(0, bytes),
      },
    )
    opened.changeWebSeeds(record().source.webSeeds)
    return opened
  }

  #failed(error: unknown): void {
    if (!this.#isClosed) this.#options.events.onFailed(error)
  }

  #leaveRest(): void {
    this.#swarm.engine.dormant.remove(this)
  }
}
