import type { PeerAddress } from '../../../protocol/peer-address.ts'

/** The true numbers of a torrent at one moment; bytes are payload since the torrent was added. */
export interface AnnounceStats {
  readonly uploaded: number
  readonly downloaded: number
  /** Undefined while a magnet's metadata is unknown. */
  readonly left: number | undefined
  /** Connected peers. */
  readonly numPeers: number
  readonly complete: boolean
}

/** One torrent as its trackers see it; the session's torrent implements it. */
export interface AnnounceSubject {
  /** 40 lower-case hex digits. */
  readonly infoHash: string
  /** Read once, when it is added. */
  readonly tiers: readonly (readonly string[])[]
  stats(): AnnounceStats
  /** Whether it is complete and no tracker has been told `completed` in its whole life. */
  owesCompleted(): boolean
  /** A tracker has accepted `completed`. */
  onCompletedTold(): void
  /**
   * At most 200 literal addresses of one answer, not yet judged by the address policy; `swarmSize`: seeds and
   * others with us, where the tracker counts both.
   */
  onPeers(peers: readonly PeerAddress[], swarmSize: number | undefined): void
}

/** What `left` says while it is unknown, as other clients do: anything but 0, which would claim a seed. */
export const unknownLeft = 16_384
