/** What of many latencies is told, in milliseconds. */
export interface Percentiles {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Sums up latencies; NaN where there are none. */
export function percentiles(latencies: readonly number[]): Percentiles {
  const sorted = Float64Array.from(latencies).sort()
  const at = (percent: number): number =>
    sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN
  return { p50Ms: at(50), p99Ms: at(99), maxMs: at(100) }
}
