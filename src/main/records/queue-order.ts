/**
 * The order of a session's queue. Each torrent has a rank, at first the time it was added at; a move changes
 * the ranks of what is moved alone, unless there is no number left between two neighbours.
 */
import type { TorrentRecord } from '../../protocol/records.ts'
import type { QueuePlace } from '../../protocol/queue.ts'

/** Less than lies between two torrents that are added: what is added after a move is still behind. */
const step = 1 / 1024

type Ranked = Pick<TorrentRecord, 'infoHash' | 'addedAt' | 'queueRank'>

/** What the torrent is ordered by, lower first. */
export function rankOf({ queueRank, addedAt }: Pick<Ranked, 'addedAt' | 'queueRank'>): number {
  return queueRank ?? addedAt
}

/** The torrents in the order of the queue. */
export function inQueueOrder<Record extends Ranked>(records: Iterable<Record>): Record[] {
  return [...records].sort((a, b) => rankOf(a) - rankOf(b) || (a.infoHash < b.infoHash ? -1 : 1))
}

/** The order after a move of `picked`, which keep their order among each other. */
export function moved(order: readonly string[], picked: ReadonlySet<string>, to: QueuePlace): string[] {
  if (to === 'up') return lifted(order, picked)
  if (to === 'down') return lifted(order.toReversed(), picked).reverse()
  const [inside, rest] = [order.filter((one) => picked.has(one)), order.filter((one) => !picked.has(one))]
  const at = to === 'top' ? 0 : to === 'bottom' ? rest.length : to
  return rest.toSpliced(at, 0, ...inside)
}

/** Ranks that lead to this order, of those alone whose rank must change: of `picked`, or of all. */
export function ranksFor(
  order: readonly string[],
  picked: ReadonlySet<string>,
  rankOfOne: (infoHash: string) => number,
): Map<string, number> {
  const ranks = new Map<string, number>()
  for (let at = 0; at < order.length; at++) {
    const first = order[at]
    if (first === undefined || !picked.has(first)) continue
    const end = order.findIndex((one, index) => index > at && !picked.has(one))
    const run = order.slice(at, end === -1 ? undefined : end)
    const [before, after] = [order[at - 1], end === -1 ? undefined : order[end]]
    const low = before === undefined ? undefined : rankOfOne(before)
    const high = after === undefined ? undefined : rankOfOne(after)
    for (const [index, infoHash] of run.entries()) ranks.set(infoHash, between(low, high, index, run.length))
    at += run.length - 1
  }
  const all = order.map((infoHash) => ranks.get(infoHash) ?? rankOfOne(infoHash))
  const isRising = all.every((rank, at) => at === 0 || rank > (all[at - 1] ?? -Infinity))
  return isRising ? ranks : new Map(order.map((infoHash, at) => [infoHash, at]))
}

/** Each one before it that is not picked gives its place to the picked one behind it. */
function lifted(order: readonly string[], picked: ReadonlySet<string>): string[] {
  const result = [...order]
  for (let at = 1; at < result.length; at++) {
    const [before, here] = [result[at - 1], result[at]]
    if (before === undefined || here === undefined || !picked.has(here) || picked.has(before)) continue
    result[at - 1] = here
    result[at] = before
  }
  return result
}

function between(low: number | undefined, high: number | undefined, index: number, length: number): number {
  if (low !== undefined && high !== undefined) return low + ((high - low) * (index + 1)) / (length + 1)
  if (low !== undefined) return low + (index + 1) * step
  return (high ?? length) - length + index
}
