/**
 * A torrent among its peers: in the engine and at its trackers, from the hand-over to the end of both. One that
 * has everything and is connected to nobody is dormant: the engine gets it when somebody asks for it, and nothing
 * of that is seen from outside.
 */
import type { ChangedSources, ReadAheadPlace } from '../../protocol/session-rpc.ts'
import type { DialAnswer, PeerView } from '../../protocol/peer-view.ts'
import type { TrackerView } from '../../protocol/tracker.ts'
import type { WebSeedView } from '../../protocol/web-seed.ts'
import type { TorrentOptions } from '../../protocol/torrent-options.ts'
import { EnginePresence } from './engine-presence.ts'
import type { PeerSource } from './engine/connections/peer-book.ts'
import type { MeetingOptions } from './meeting-options.ts'
import { QuietTime } from './quiet-time.ts'
import { readPiece } from './storage/piece-store.ts'
import type { Swarm } from './swarm.ts'
import { TorrentAnnounces, type AnnouncedPeers } from './torrent-announces.ts'

export class TorrentMeeting implements AnnouncedPeers {
  readonly #options: MeetingOptions
  readonly #presence: EnginePresence
  readonly #announces: TorrentAnnounces
  readonly #quiet = new QuietTime()

  private constructor(options: MeetingOptions, presence: EnginePresence, swarm: Swarm) {
    this.#options = options
    this.#presence = presence
    this.#announces = new TorrentAnnounces(swarm.trackers, options, this)
  }

  /** Settles when the engine has it; with content, when it can exchange pieces, or would if somebody asked for it. */
  static async begin(options: MeetingOptions): Promise<TorrentMeeting> {
    const { near, events, record, signal } = options
    const swarm = await near.swarm()
    signal.throwIfAborted()
    const presence = new EnginePresence(options, swarm)
    if (mayRest(options) && record().source.peers.length === 0) {
      presence.rest()
      events.onReady()
    } else {
      const opened = await presence.begin()
      for (const peer of record().source.peers) opened.addPeer(peer, 'manual')
    }
    return new TorrentMeeting(options, presence, swarm)
  }

  /** Whether the engine does not have it at the moment. */
  get isDormant(): boolean {
    return this.#presence.opened === undefined
  }

  get numPeers(): number {
    return this.#presence.opened?.numPeers ?? 0
  }

  get numSeeds(): number {
    return this.#presence.opened?.numSeeds ?? 0
  }

  /** Obeys options from now on; `priorities` are those of the pieces, where these are known. */
  configure(options: TorrentOptions, priorities: Uint8Array | undefined): void {
    this.#presence.opened?.configure(options)
    if (priorities) this.#presence.opened?.prioritize(priorities)
  }

  /** Uses these from now on; a private torrent (BEP 27) leaves whom it met by a tracker that it leaves. */
  changeSources({ trackers, webSeeds }: ChangedSources): void {
    const { opened } = this.#presence
    if (opened) opened.changeWebSeeds(webSeeds)
    else if (webSeeds.length > 0) void this.#presence.awake()
    const hasLeft = this.#announces.setTiers(trackers)
    if (hasLeft && opened?.leaveTracked() === true) this.#announces.announceNow()
  }

  /** Its trackers in the order in which they are tried. */
  trackers(): TrackerView[] {
    return this.#announces.status()
  }

  webSeeds(): WebSeedView[] | undefined {
    return this.isDormant ? [] : this.#presence.opened?.webSeeds(Date.now())
  }

  peers(): PeerView[] {
    return this.#presence.opened?.peers() ?? []
  }

  availability(): Uint8Array | undefined {
    const { opened } = this.#presence
    return opened ? opened.availability() : new Uint8Array(this.#options.content()?.info.pieceCount ?? 0)
  }

  /** Has pieces that a reader needs fetched before all others. */
  readAhead({ reader, first, count }: ReadAheadPlace): void {
    const picker = this.#presence.opened?.picker
    if (count === 0) picker?.clearWindow(reader)
    else picker?.window(reader, first, count)
  }

  /** Bytes of a piece that is there. Rejects as `PieceStore.lend` tells. */
  async readPiece(piece: number, start: number, length: number): Promise<Uint8Array | undefined> {
    const { content, record } = this.#options
    const store = content()?.lend(record())?.store
    return store && (await readPiece(store, piece, start, length))
  }

  /** Dials a peer, `host:port`, that a caller names; undefined where it is closed meanwhile. */
  async dialPeer(address: string): Promise<DialAnswer | undefined> {
    return (await this.#presence.awake())?.dialPeer(address)
  }

  /** Announces as soon as the trackers allow. */
  announceNow(): void {
    this.#announces.announceNow()
  }

  /** Dials peers, `host:port`; a private torrent meets those of its trackers only (BEP 27). */
  addPeers(peers: readonly string[], source: 'lsd'): void {
    if (this.#options.content()?.info.private !== true) this.#addPeers(peers, source)
  }

  /** Gives the content, which is open now, to a torrent that began without. */
  supply(): void {
    const { content, record } = this.#options
    const lent = content()?.lend(record())
    if (lent) this.#presence.opened?.supply(lent)
  }

  /** It has everything now. */
  completed(): void {
    this.#announces.completed()
  }

  /** Falls asleep where it has everything and nobody was there for `quietMs`; `now`: any clock in milliseconds. */
  look(now: number, quietMs: number): void {
    const isQuiet = this.#presence.opened?.connections === 0 && mayRest(this.#options)
    if (this.#quiet.look(isQuiet, now) >= quietMs) this.#presence.rest()
  }

  /** Closes every connection; trackers are told in the background. */
  async close(): Promise<void> {
    this.#announces.stop()
    await this.#presence.close()
  }

  /** Alone in the swarm, we are told of ourselves; who fetches a magnet may be counted as a seed. */
  metByTracker(addresses: readonly string[], swarmSize: number | undefined): void {
    if (!this.isDormant || swarmSize !== 1) this.#addPeers(addresses, 'tracker')
  }

  #addPeers(addresses: readonly string[], source: PeerSource): void {
    void this.#presence.awake().then((opened) => {
      for (const address of addresses) opened?.addPeer(address, source)
    })
  }
}

/** Web seeds are asked, and shown, by the engine's torrent. */
function mayRest({ content, record }: MeetingOptions): boolean {
  return content()?.isWhole === true && record().source.webSeeds.length === 0
}
