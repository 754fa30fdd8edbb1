/** Changes of torrents at a fixed rate: each gets a label that says which change it is, by a call of its own. */
import { setTimeout } from 'node:timers/promises'
import { monotonicMs } from '../monotonic-clock.ts'
import type { RestClient } from '../rest-client.ts'

export interface ChangedTorrent {
  readonly sessionId: string
  readonly infoHash: string
}

/** How many changes a second, evenly spread or all at the beginning of it. */
export interface ChangePace {
  readonly perSecond: number
  readonly seconds: number
  readonly isBurst: boolean
  /** The number of the first. */
  readonly from: number
}

/** When a change was asked for and when its answer came, by the clock of the machine. */
export interface Change {
  readonly sentAt: number
  readonly answeredAt: number
}

const prefix = 'change '
/** Calls under way at the same time where all come at once. */
const lanes = 8

/** The number of the change that labels tell of. */
export function changeNumber(labels: readonly string[]): number | undefined {
  const label = labels.find((one) => one.startsWith(prefix))
  return label === undefined ? undefined : Number(label.slice(prefix.length))
}

/** Changes one torrent after the other, beginning again after the last; gives each change by its number. */
export async function changeLabels(
  client: RestClient,
  torrents: readonly ChangedTorrent[],
  { perSecond, seconds, isBurst, from }: ChangePace,
): Promise<Map<number, Change>> {
  const changes = new Map<number, Change>()
  const change = async (number: number): Promise<void> => {
    const torrent = torrents[number % torrents.length]
    if (torrent === undefined) return
    const sentAt = monotonicMs()
    await client.setLabels(torrent.sessionId, torrent.infoHash, [`${prefix}${number}`])
    changes.set(number, { sentAt, answeredAt: monotonicMs() })
  }
  const startsAt = monotonicMs()
  const dueAt = (index: number): number =>
    startsAt + 1000 * (isBurst ? Math.floor(index / perSecond) : index / perSecond)
  const indices = Array.from({ length: perSecond * seconds }, (_, index) => index).values()
  const lane = async (): Promise<void> => {
    for (const index of indices) {
      const early = dueAt(index) - monotonicMs()
      if (early > 0) await setTimeout(early)
      await change(from + index)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return changes
}
