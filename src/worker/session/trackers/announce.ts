/** What is said to a tracker and what it answers, whatever carries it. */
import type { PeerAddress } from '../../../protocol/peer-address.ts'
import type { TrackerUrl } from './tracker-url.ts'

/** What happened to the torrent since the last announce (BEP 3). */
export type AnnounceEvent = 'started' | 'completed' | 'stopped'

/** The parameters of one announce. */
export interface AnnounceRequest {
  readonly infoHash: Uint8Array
  readonly peerId: Uint8Array
  readonly port: number
  /** Payload bytes sent since the torrent was added. */
  readonly uploaded: number
  /** Payload bytes received since the torrent was added. */
  readonly downloaded: number
  readonly left: number
  readonly event: AnnounceEvent | undefined
  /** 32 bits by which a tracker knows the client again under another address. */
  readonly key: number
  readonly numWant: number
  /** An IP address to be told as ours; empty: the tracker takes the one that it sees. */
  readonly address: string
  /** What the tracker asked to be given back. */
  readonly trackerId: string | undefined
}

/** How many take part in a swarm, as a tracker counts; undefined where it does not say. */
export interface SwarmCounts {
  readonly seeds: number | undefined
  /** Peers that are not seeds. */
  readonly peers: number | undefined
  readonly downloads: number | undefined
}

/** A tracker's answer to an announce that it accepted. */
export interface AnnounceAnswer extends SwarmCounts {
  readonly addresses: readonly PeerAddress[]
  readonly intervalMs: number
  readonly minIntervalMs: number
  readonly warning: string | undefined
  readonly trackerId: string | undefined
  /** The caller's own address as the tracker sees it (BEP 24). */
  readonly externalAddress: string | undefined
}

/** One way to reach trackers. Both calls reject with a RestTorrentError whose message can be shown. */
export interface TrackerTransport {
  announce(url: TrackerUrl, request: AnnounceRequest, deadlineMs: number): Promise<AnnounceAnswer>
  /** Resolves with undefined where the tracker offers no scrape. */
  scrape(url: TrackerUrl, infoHash: Uint8Array, deadlineMs: number): Promise<SwarmCounts | undefined>
}

/** At most so many peers are taken from one answer. */
export const maxPeersTaken = 200
