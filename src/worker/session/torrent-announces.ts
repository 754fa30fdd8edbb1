/** A torrent's dealings with its trackers, from meeting peers to its stop. */
import type { TorrentCounters } from '../../protocol/counters.ts'
import { writePeerAddress } from '../../protocol/peer-address.ts'
import type { TrackerView } from '../../protocol/tracker.ts'
import type { AnnounceHandle, TrackerClient } from './trackers/tracker-client.ts'

/** The torrent as its trackers are told of it, read at each announce. */
export interface AnnouncedTorrent {
  counters(): TorrentCounters
  /** Bytes still missing; undefined while the metadata is unknown. */
  left(): number | undefined
  numPeers(): number
  /** A tracker has accepted `completed`. */
  onCompletedTold(): void
  /** Peers that a tracker named, as `host:port`, and how many it knows with us, where it says so. */
  onPeers(addresses: readonly string[], swarmSize: number | undefined): void
}

export class TorrentAnnounces {
  readonly #handle: AnnounceHandle

  constructor(
    trackers: TrackerClient,
    infoHash: string,
    tiers: readonly (readonly string[])[],
    torrent: AnnouncedTorrent,
  ) {
    this.#handle = trackers.add({
      infoHash,
      tiers,
      stats: () => {
        const left = torrent.left()
        return { ...torrent.counters(), left, numPeers: torrent.numPeers(), complete: left === 0 }
      },
      owesCompleted: () => {
        const { finishedAt, completedTold } = torrent.counters()
        return finishedAt !== null && !completedTold && torrent.left() === 0
      },
      onCompletedTold: () => torrent.onCompletedTold(),
      onPeers: (peers, swarmSize) => torrent.onPeers(peers.map(writePeerAddress), swarmSize),
    })
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
}
