/** The range that a request asks for (RFC 9110, section 14): one range of bytes, all else is left alone. */

/** Bytes from `from` to before `end`. */
export interface ByteRange {
  readonly from: number
  readonly end: number
}

const pattern = /^bytes=(\d*)-(\d*)$/i

/** The range of a representation of `length` bytes; `none` without one, or with several; or `unsatisfiable`. */
export function byteRange(header: string | undefined, length: number): ByteRange | 'none' | 'unsatisfiable' {
  const match = pattern.exec(header?.replaceAll(/[ \t]/g, '') ?? '')
  if (match === null) return 'none'
  const [, first = '', last = ''] = match
  if (first === '') return last === '' ? 'none' : suffix(Number(last), length)
  const [from, to] = [Number(first), last === '' ? Infinity : Number(last)]
  if (to < from) return 'none'
  return from < length ? { from, end: Math.min(to + 1, length) } : 'unsatisfiable'
}

function suffix(count: number, length: number): ByteRange | 'unsatisfiable' {
  return count === 0 || length === 0 ? 'unsatisfiable' : { from: Math.max(0, length - count), end: length }
}
