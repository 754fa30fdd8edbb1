/** What a session has done, since the server was started and in total. */
import * as z from 'zod'
import type { TorrentCounters } from './counters.ts'

/** What is kept of a session beside its torrents: what those that were removed left, and how long it ran. */
export interface KeptStatistics {
  readonly removed: number
  /** Of those that were removed, how many had been complete. */
  readonly finished: number
  readonly downloaded: number
  readonly uploaded: number
  readonly runningMs: number
}

/** A session that did nothing yet. */
export const noStatistics: KeptStatistics = {
  removed: 0,
  finished: 0,
  downloaded: 0,
  uploaded: 0,
  runningMs: 0,
}

/** Both together. */
export function addStatistics(one: KeptStatistics, other: KeptStatistics): KeptStatistics {
  return {
    removed: one.removed + other.removed,
    finished: one.finished + other.finished,
    downloaded: one.downloaded + other.downloaded,
    uploaded: one.uploaded + other.uploaded,
    runningMs: one.runningMs + other.runningMs,
  }
}

/** What a torrent leaves when it is removed. */
export function leftBy({ downloaded, uploaded, finishedAt }: TorrentCounters): KeptStatistics {
  return { removed: 1, finished: finishedAt === null ? 0 : 1, downloaded, uploaded, runningMs: 0 }
}

const span = z.object({
  downloaded: z.number().describe('payload bytes received'),
  uploaded: z.number().describe('payload bytes sent'),
  ratio: z.number().describe('uploaded over downloaded; 0 where nothing was downloaded'),
  torrents_added: z.int(),
  torrents_finished: z.int().describe('those that became complete, or were so when they were added'),
  torrents_removed: z.int(),
  running_time_ms: z.int().describe('how long it was in the state running'),
})
export type StatisticsSpan = z.output<typeof span>

/** The statistics as they are answered. */
export const sessionStatistics = z.object({
  since_start: span.describe('since the server was started, or the session was made or imported'),
  total: span.describe(
    'since the session was made, over restarts, with what removed torrents did; of a torrent that is memory only in a session that is not once it is removed',
  ),
})
