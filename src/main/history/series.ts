/** Makes a series that can be plotted of the buckets that there are. */
import type { HistorySeries, StoredHistory } from '../../protocol/history.ts'

/** What a series is of; `since` is when that was added, `now` ends its last bucket. Milliseconds since the epoch. */
export interface SeriesRange {
  readonly stepMs: number
  /** A multiple of the step. */
  readonly from: number
  readonly to: number
  readonly since: number
  readonly now: number
}

/**
 * Every bucket from `from` to `to`: with what was transferred, with 0 where the session was measured and nothing
 * was, null where it was not measured or there was nothing to measure yet.
 */
export function seriesOf({ buckets, measured }: StoredHistory, range: SeriesRange): HistorySeries {
  const { stepMs, from, to, since, now } = range
  const known = new Map(buckets.map((bucket) => [bucket.at, bucket]))
  for (const at of measured) {
    if (at + stepMs > since && !known.has(at)) known.set(at, { at, downloaded: 0, uploaded: 0 })
  }
  const times: number[] = []
  for (let at = from; at < to; at += stepMs) times.push(at)
  const of = (name: 'downloaded' | 'uploaded') => times.map((at) => known.get(at)?.[name] ?? null)
  const rateOf = (bytes: number | null, place: number): number | null => {
    const seconds = Math.max(1, Math.min(stepMs, now - (times[place] ?? 0)) / 1000)
    return bytes === null ? null : Math.round(bytes / seconds)
  }
  const [downloaded, uploaded] = [of('downloaded'), of('uploaded')]
  return {
    step_ms: stepMs,
    times,
    downloaded,
    uploaded,
    download_rate: downloaded.map(rateOf),
    upload_rate: uploaded.map(rateOf),
    total_downloaded: sum(downloaded),
    total_uploaded: sum(uploaded),
  }
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0)
}
