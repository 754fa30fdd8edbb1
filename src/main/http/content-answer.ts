/** The head of an answer that is the content of a file, and which part of it follows (RFC 9110). */
import type { IncomingHttpHeaders } from 'node:http'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { OpenContent } from '../handlers/open-content.ts'
import { shownType } from '../../protocol/media-type.ts'
import { byteRange, type ByteRange } from './byte-range.ts'
import { contentDisposition } from './content-disposition.ts'
import { namesTag } from './entity-tag.ts'
import { constantHeaders } from './headers.ts'

export interface ContentHead {
  readonly status: 200 | 206 | 304
  readonly headers: Readonly<Record<string, string>>
  /** What follows; empty where nothing does. */
  readonly part: ByteRange
}

const saved = 'application/octet-stream'
const exposed = `${constantHeaders['Access-Control-Expose-Headers']}, Accept-Ranges, Content-Length, Content-Range`

/** Throws `range_not_satisfiable`, or `content_missing` for a part that is not there and not being fetched. */
export function contentHead(
  content: OpenContent,
  method: 'GET' | 'HEAD',
  asked: IncomingHttpHeaders,
): ContentHead {
  const { length, etag } = content
  const headers = headersOf(content)
  const none = { from: 0, end: 0 }
  if (isKnown(asked['if-none-match'], etag)) return { status: 304, headers, part: none }
  const whole = { from: 0, end: length }
  const size = { ...headers, 'Content-Length': String(length) }
  if (method === 'HEAD') return { status: 200, headers: size, part: none }
  // a part of another version would be put together with this one
  const isSame = asked['if-range'] === undefined || asked['if-range'] === etag
  const range = isSame ? byteRange(asked.range, length) : 'none'
  if (range === 'unsatisfiable')
    throw new RestTorrentError('range_not_satisfiable', `the file has ${length} bytes`, {
      details: { length },
    })
  if (range === 'none') {
    if (content.reach(0, length) === length) return { status: 200, headers: size, part: whole }
    throw new RestTorrentError('content_missing', 'parts of the file are not there and are not being fetched')
  }
  const { from } = range
  const end = content.reach(from, range.end)
  const partial = {
    'Content-Range': `bytes ${from}-${end - 1}/${length}`,
    'Content-Length': String(end - from),
  }
  return { status: 206, headers: { ...headers, ...partial }, part: { from, end } }
}

/** Inert: what a browser may show is shown in a sandbox, all else is saved under its name. */
function headersOf({ name, etag }: OpenContent): Record<string, string> {
  const type = shownType(name)
  return {
    ...constantHeaders,
    'Access-Control-Expose-Headers': exposed,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': 'sandbox',
    'Content-Type': type ?? saved,
    'Content-Disposition': contentDisposition(type === undefined ? 'attachment' : 'inline', name),
    ETag: etag,
  }
}

function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch !== undefined && (ifNoneMatch === etag || namesTag(ifNoneMatch, etag))
}
