const firstMs = 5000
const longestMs = 30 * 60_000
const longestAskedMs = 60 * 60_000

/**
 * How long a web seed is left alone after so many failures in a row: 5 s, doubling to half an hour, spread
 * by up to a quarter; longer where it asks for that, up to an hour.
 */
export function waitAfter(failures: number, retryAfterMs: number | undefined): number {
  const usual = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 10)) * (1 + Math.random() / 4)
  return Math.round(Math.max(usual, Math.min(retryAfterMs ?? 0, longestAskedMs)))
}
