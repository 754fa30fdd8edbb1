/** A torrent among its peers: in the engine and at its trackers, from the hand-over to the end of both. */
import type { TorrentRecord } from '../../protocol/records.ts'
import type { ChangedSources, ReadAheadPlace } from '../../protocol/session-rpc.ts'
import type { DialAnswer, PeerView } from '../../protocol/peer-view.ts'
import type { TrackerView } from '../../protocol/tracker.ts'
import type { WebSeedView } from '../../protocol/web-seed.ts'
import type { TorrentOptions } from '../../protocol/torrent-options.ts'
import type { Content } from './engine/content.ts'
import type { EngineTorrent } from './engine/engine-torrent.ts'
import type { TorrentEvents } from './engine/torrent-events.ts'
import type { Swarm } from './swarm.ts'
import { TorrentAnnounces } from './torrent-announces.ts'
import type { TorrentMeter } from './torrent-meter.ts'
import type { TorrentSurroundings } from './torrent-surroundings.ts'

export interface MeetingOptions {
  /** Read anew as it goes on: what it says of sources may change before there is a meeting. */
  readonly record: () => TorrentRecord
  /** Absent while the metadata is unknown: then peers are asked for it. */
  readonly content: Content | undefined
  readonly near: Pick<TorrentSurroundings, 'swarm' | 'lane' | 'post'>
  readonly signal: AbortSignal
  readonly events: Omit<TorrentEvents, 'onDownloaded' | 'onUploaded'>
  /** What it counts into. */
  readonly meter: TorrentMeter
  /** Bytes still missing; undefined while the metadata is unknown. */
  readonly left: () => number | undefined
}

export class TorrentMeeting {
  readonly #opened: EngineTorrent
  #content: Content | undefined
  readonly #announces: TorrentAnnounces

  private constructor(opened: EngineTorrent, swarm: Swarm, options: MeetingOptions) {
    const { record, content, near, meter, left } = options
    const { infoHash, source } = record()
    this.#opened = opened
    this.#content = content
    opened.changeWebSeeds(source.webSeeds)
    for (const peer of source.peers) opened.addPeer(peer, 'manual')
    this.#announces = new TorrentAnnounces(swarm.trackers, infoHash, source.trackers, {
      counters: () => meter.counters,
      left,
      numPeers: () => opened.numPeers,
      onCompletedTold: () => {
        meter.completedTold()
        near.post({ type: 'counters', infoHash, counters: meter.counters })
      },
      onPeer: (address) => opened.addPeer(address, 'tracker'),
    })
  }

  /** Settles when the engine has it; with content, when it can exchange pieces. */
  static async begin(options: MeetingOptions): Promise<TorrentMeeting> {
    const { near } = options
    const swarm = await near.swarm()
    const opened = await near.lane.run(() => handOver(swarm, options))
    return new TorrentMeeting(opened, swarm, options)
  }

  get numPeers(): number {
    return this.#opened.numPeers
  }

  get numSeeds(): number {
    return this.#opened.numSeeds
  }

  /** Obeys options from now on; `priorities` are those of the pieces, where these are known. */
  configure(options: TorrentOptions, priorities: Uint8Array | undefined): void {
    this.#opened.configure(options)
    if (priorities) this.#opened.prioritize(priorities)
  }

  /** Uses these from now on; a private torrent (BEP 27) leaves whom it met by a tracker that it leaves. */
  changeSources({ trackers, webSeeds }: ChangedSources): void {
    this.#opened.changeWebSeeds(webSeeds)
    const hasLeft = this.#announces.setTiers(trackers)
    if (hasLeft && this.#opened.leaveTracked()) this.#announces.announceNow()
  }

  /** Its trackers in the order in which they are tried. */
  trackers(): TrackerView[] {
    return this.#announces.status()
  }

  webSeeds(): WebSeedView[] | undefined {
    return this.#opened.webSeeds(Date.now())
  }

  peers(): PeerView[] {
    return this.#opened.peers()
  }

  availability(): Uint8Array | undefined {
    return this.#opened.availability()
  }

  /** Has pieces that a reader needs fetched before all others. */
  readAhead({ reader, first, count }: ReadAheadPlace): void {
    if (count === 0) this.#opened.picker?.clearWindow(reader)
    else this.#opened.picker?.window(reader, first, count)
  }

  /** Bytes of a piece that is there. Rejects as `PieceStore.read`. */
  async readPiece(piece: number, start: number, length: number): Promise<Uint8Array | undefined> {
    return await this.#content?.store.read(piece, start, length)
  }

  /** Dials a peer, `host:port`, that a caller names. */
  dialPeer(address: string): DialAnswer {
    return this.#opened.dialPeer(address)
  }

  /** Announces as soon as the trackers allow. */
  announceNow(): void {
    this.#announces.announceNow()
  }

  /** Dials peers, `host:port`; a private torrent meets those of its trackers only (BEP 27). */
  addPeers(peers: readonly string[], source: 'lsd'): void {
    if (this.#content?.info.private === true) return
    for (const peer of peers) this.#opened.addPeer(peer, source)
  }

  /** Gives the content to a torrent that began without. */
  supply(content: Content): void {
    this.#content = content
    this.#opened.supply(content)
  }

  /** It has everything now. */
  completed(): void {
    this.#announces.completed()
  }

  /** Closes every connection; trackers are told in the background. */
  async close(): Promise<void> {
    this.#announces.stop()
    await this.#opened.close()
  }
}

async function handOver(
  swarm: Swarm,
  { record, content, near, signal, meter, events }: MeetingOptions,
): Promise<EngineTorrent> {
  const { infoHash, source, options } = record()
  signal.throwIfAborted()
  const ready = Promise.withResolvers<undefined>()
  ready.promise.catch(() => undefined) // a magnet does not wait for it here
  signal.addEventListener('abort', () => ready.reject(signal.reason), { once: true })
  near.post({ type: 'activating', infoHash })
  const told: TorrentEvents = {
    ...events,
    onDownloaded: (bytes) => meter.count(bytes, 0),
    onUploaded: (bytes) => meter.count(0, bytes),
    onReady: () => {
      events.onReady()
      ready.resolve(undefined)
    },
    onFailed: (error) => {
      ready.reject(error)
      events.onFailed(error)
    },
  }
  const opened = swarm.engine.open(infoHash, source.name, content, told, options)
  if (content === undefined) {
    near.post({ type: 'activation_ended', infoHash })
    return opened
  }
  try {
    await ready.promise
    return opened
  } catch (error) {
    await opened.close() // nobody else knows it yet
    throw error
  }
}
