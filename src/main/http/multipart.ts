/** Multipart form data (RFC 7578) out of a complete body, so that a part without a file name keeps its bytes. */
import { RestTorrentError } from '../../protocol/errors.ts'

export const maxParts = 20
const maxPartHeaders = 4096
const boundaryPattern = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s";,]{1,70}))/i
const namePattern = /;\s*name=(?:"([^"\r\n]*)"|([^\s";]+))/i

/** The fields in order; `file`, and whatever comes with a file name, as bytes. Throws `invalid_body`. */
export function parseMultipart(body: Buffer, contentType: string): [string, string | Uint8Array][] {
  const [, quoted, bare] = boundaryPattern.exec(contentType) ?? []
  const boundary = quoted ?? bare
  if (boundary === undefined) throw invalid('has no boundary')
  return [...parts(body, `--${boundary}`)].map(parsePart)
}

/** The parts between the delimiters, headers included. */
function* parts(body: Buffer, delimiter: string): Generator<Buffer> {
  let at = body.subarray(0, delimiter.length).equals(Buffer.from(delimiter)) ? 0 : nextDelimiter(body, 0)
  for (let count = 0; ; count += 1) {
    const after = at + delimiter.length
    if (body.toString('latin1', after, after + 2) === '--') return
    if (count === maxParts) throw invalid(`has more than ${maxParts} parts`)
    const start = body.indexOf('\r\n', after) + 2
    if (start < 2) throw invalid('ends early')
    // from the line break before `start`: a part may be nothing but the next delimiter
    const next = nextDelimiter(body, start - 2)
    yield body.subarray(start, next - 2)
    at = next
  }

  function nextDelimiter(from: Buffer, offset: number): number {
    const found = from.indexOf(`\r\n${delimiter}`, offset)
    if (found < 0) throw invalid('ends early')
    return found + 2
  }
}

function parsePart(part: Buffer): [string, string | Uint8Array] {
  const end = part.indexOf('\r\n\r\n')
  if (end < 0 || end > maxPartHeaders) throw invalid('has a part without headers')
  const header = part.toString('utf8', 0, end)
  const disposition = header.split('\r\n').find((line) => /^content-disposition:/i.test(line)) ?? ''
  const [, quoted, bare] = namePattern.exec(disposition) ?? []
  const name = quoted ?? bare
  if (name === undefined) throw invalid('has a part without a name')
  const content = part.subarray(end + 4)
  const binary = name === 'file' || /;\s*filename\*?=/i.test(disposition)
  return [name, binary ? new Uint8Array(content) : content.toString('utf8')]
}

function invalid(what: string): RestTorrentError {
  return new RestTorrentError('invalid_body', `the multipart body ${what}`)
}
