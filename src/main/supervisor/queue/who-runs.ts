/** Which torrents of a session may run: the first of the queue, as many as its limits allow. */
import type { QueueLimits } from '../../../protocol/queue.ts'

/** A started torrent as its queue sees it. */
export interface QueueMember {
  readonly infoHash: string
  /** It has everything that is wanted of it. */
  readonly isSeed: boolean
  /** It runs whatever the limits say, and takes nobody's place. */
  readonly isForced: boolean
  /** A fault keeps it from moving anything: it is tried again, and takes nobody's place meanwhile. */
  readonly isFaulty: boolean
}

/** Those of the members, given in the order of the queue, that may run. */
export function whoRuns(
  members: Iterable<QueueMember>,
  limits: Omit<QueueLimits, 'max_active_checks'>,
): Set<string> {
  const left = {
    downloads: limits.max_active_downloads || Infinity,
    seeds: limits.max_active_seeds || Infinity,
  }
  const running = new Set<string>()
  for (const { infoHash, isSeed, isForced, isFaulty } of members) {
    const kind = isSeed ? 'seeds' : 'downloads'
    if (!isForced && !isFaulty) {
      if (left[kind] === 0) continue
      left[kind] -= 1
    }
    running.add(infoHash)
  }
  return running
}
