/** A torrent's dealings with its trackers, from meeting peers to its stop. */
import { writePeerAddress, type PeerAddress } from '../../protocol/peer-address.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { SessionEvent } from '../../protocol/session-rpc.ts'
import type { TrackerView } from '../../protocol/tracker.ts'
import type { TorrentContent } from './torrent-content.ts'
import type { TorrentMeter } from './torrent-meter.ts'
import type { AnnounceStats, AnnounceSubject } from './trackers/announce-subject.ts'
import type { AnnounceHandle, TrackerClient } from './trackers/tracker-client.ts'

/** The torrent as its trackers are told of it, read at each announce. */
export interface AnnouncedTorrent {
  readonly record: () => TorrentRecord
  /** Absent while the metadata is unknown. */
  readonly content: () => Pick<TorrentContent, 'info' | 'bytes'> | undefined
  readonly meter: TorrentMeter
  readonly near: { readonly post: (event: SessionEvent) => void }
}

/** Its peers, beside those that trackers name. */
export interface AnnouncedPeers {
  readonly numPeers: number
  /** Peers that a tracker named, as `host:port`, and how many it knows with us, where it says so. */
  metByTracker(addresses: readonly string[], swarmSize: number | undefined): void
}

export class TorrentAnnounces implements AnnounceSubject {
  readonly infoHash: string
  readonly tiers: readonly (readonly string[])[]
  readonly #torrent: AnnouncedTorrent
  readonly #peers: AnnouncedPeers
  readonly #handle: AnnounceHandle

  constructor(trackers: TrackerClient, torrent: AnnouncedTorrent, peers: AnnouncedPeers) {
    const { infoHash, source } = torrent.record()
    this.infoHash = infoHash
    this.tiers = source.trackers
    this.#torrent = torrent
    this.#peers = peers
    this.#handle = trackers.add(this)
  }

  stats(): AnnounceStats {
    const left = this.#left()
    const { numPeers } = this.#peers
    return { ...this.#torrent.meter.counters, left, numPeers, complete: left === 0 }
  }

  owesCompleted(): boolean {
    const { finishedAt, completedTold } = this.#torrent.meter.counters
    return finishedAt !== null && !completedTold && this.#left() === 0
  }

  onCompletedTold(): void {
    const { meter, near } = this.#torrent
    meter.completedTold()
    near.post({ type: 'counters', infoHash: this.infoHash, counters: meter.counters })
  }

  onPeers(peers: readonly PeerAddress[], swarmSize: number | undefined): void {
    this.#peers.metByTracker(peers.map(writePeerAddress), swarmSize)
  }

  /** Every tracker in the order in which they are tried. */
  status(): TrackerView[] {
    return this.#handle.status()
  }

  /** Takes new tiers; gives whether a tracker left that peers may have come from. */
  setTiers(tiers: readonly (readonly string[])[]): boolean {
    return this.#handle.setTiers(tiers)
  }

  /** Announces as soon as the trackers allow. */
  announceNow(): void {
    this.#handle.announceNow()
  }

  completed(): void {
    this.#handle.completed()
  }

  /** Trackers are told in the background: a stop does not wait for them. */
  stop(): void {
    void this.#handle.stop()
  }

  /** Bytes still missing; undefined while the metadata is unknown. */
  #left(): number | undefined {
    const content = this.#torrent.content()
    return content && content.info.length - content.bytes
  }
}
