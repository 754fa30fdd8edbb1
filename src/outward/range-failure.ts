import { RestTorrentError } from '../protocol/errors.ts'

/**
 * What failed when a range was asked for: what may pass (`temporary`), this file, or whatever lies behind
 * the URL's server.
 */
export type RangeFault = 'temporary' | 'file' | 'server'

/** Why a range did not come, as the details of a `fetch_failed` or an `address_not_allowed`. */
export interface RangeFailure {
  readonly fault: RangeFault
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number | undefined
}

/** The error of a range that did not come; `reason` can be shown. */
export function rangeError(fault: RangeFault, reason: string, retryAfterMs?: number): RestTorrentError {
  const details: RangeFailure & Record<string, unknown> = { fault, retryAfterMs }
  return new RestTorrentError('fetch_failed', reason, { details })
}

/** What an error thrown by `RangeClient.read` says; `undefined` for one that is a bug. */
export function failureOf(error: unknown): RangeFailure | undefined {
  if (!(error instanceof RestTorrentError)) return undefined
  const { code, details } = error
  if (code === 'address_not_allowed') return { fault: 'server', retryAfterMs: undefined }
  if (code !== 'fetch_failed') return undefined
  const { fault, retryAfterMs } = (details ?? {}) as Partial<RangeFailure>
  return { fault: fault ?? 'temporary', retryAfterMs }
}
