/** What sessions and torrents have transferred over time, in buckets of a minute, an hour and a day. */
import * as z from 'zod'

/** Lengths of the buckets in milliseconds, and how long each is kept. */
export const historySteps = {
  minute: { ms: 60_000, keptMs: 24 * 3_600_000 },
  hour: { ms: 3_600_000, keptMs: 31 * 24 * 3_600_000 },
  day: { ms: 86_400_000, keptMs: Infinity },
} as const
export type HistoryStep = keyof typeof historySteps

export const historyStepNames = Object.keys(historySteps) as HistoryStep[]

/** Whose history: a session's, or that of a torrent in it. */
export interface HistoryName {
  readonly sessionId: string
  /** Empty for the session itself. */
  readonly infoHash: string
}

/** Payload bytes of one bucket. */
export interface HistoryAmount {
  readonly downloaded: number
  readonly uploaded: number
}

/** One bucket; `at` is where it begins, in milliseconds since the epoch. */
export interface HistoryBucket extends HistoryAmount {
  readonly at: number
}

/** A bucket of a minute as it is written; hours and days are sums of them. */
export interface HistoryRow extends HistoryName, HistoryBucket {
  /** Of a session that is memory only: it is kept as long as the process. */
  readonly isVolatile: boolean
}

/** Which buckets are asked for: those that begin from `from` on and before `to`. */
export interface HistoryQuery extends HistoryName {
  readonly stepMs: number
  readonly from: number
  readonly to: number
}

/** What the store has: buckets of the one that was asked for, and when its session was measured at all. */
export interface StoredHistory {
  readonly buckets: readonly HistoryBucket[]
  readonly measured: readonly number[]
}

const nullable = z.array(z.number().nullable())

/** A series ready to plot: lists of one length, null where nothing was measured. */
export const historySeries = z.object({
  step_ms: z.int().describe('length of a bucket'),
  times: z.array(z.number()).describe('where each bucket begins, in milliseconds since the epoch'),
  downloaded: nullable.describe('payload bytes received in each bucket; null where nothing was measured'),
  uploaded: nullable.describe('payload bytes sent'),
  download_rate: nullable.describe('bytes/s'),
  upload_rate: nullable.describe('bytes/s'),
  total_downloaded: z.number().describe('bytes, of all these buckets'),
  total_uploaded: z.number().describe('bytes, of all these buckets'),
})
export type HistorySeries = z.output<typeof historySeries>
