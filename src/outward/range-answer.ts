/** Judges the header of the answer to a range request (RFC 9110): is it the bytes that were asked for? */
import type { IncomingMessage } from 'node:http'
import { rangeError } from './range-failure.ts'

/** Bytes of one file of a server. */
export interface FileRange {
  readonly first: number
  /** At least 1. */
  readonly length: number
  /** Of the whole file. */
  readonly fileLength: number
}

const contentRange = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i
const passing = new Set([408, 425, 429])

/** Throws `fetch_failed` with a `RangeFailure` unless the body is exactly the range. */
export function checkRangeAnswer(response: IncomingMessage, range: FileRange): void {
  const { statusCode: status = 0, headers } = response
  if (status !== 200 && status !== 206) throw statusError(status, headers['retry-after'])
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity')
    throw rangeError('server', `sends ${encoding} where bytes were asked for`)
  if (status === 206) checkPart(headers['content-range'], range)
  else if (range.length !== range.fileLength) throw rangeError('server', 'does not serve ranges')
  const { 'content-length': told } = headers
  if (told !== undefined && Number(told) !== range.length) throw wrongLength()
}

function checkPart(header: string | undefined, { first, length, fileLength }: FileRange): void {
  const [, start, end, total] = contentRange.exec(header?.trim() ?? '') ?? []
  if (total === undefined) throw rangeError('server', 'does not say which range it sends')
  if (total !== '*' && Number(total) !== fileLength) throw wrongLength()
  if (Number(start) !== first || Number(end) !== first + length - 1)
    throw rangeError('server', 'sends another range than was asked for')
}

function statusError(status: number, retryAfter: string | undefined): Error {
  if (status === 416) return wrongLength()
  if (status === 404 || status === 410) return rangeError('file', `answered ${status}`)
  const isPassing = status >= 500 || passing.has(status)
  return rangeError(isPassing ? 'temporary' : 'server', `answered ${status}`, waitOf(retryAfter))
}

function wrongLength(): Error {
  return rangeError('file', 'has a file of another length')
}

/** Seconds, or a date (RFC 9110). */
function waitOf(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined
  const ms = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now()
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined
}
