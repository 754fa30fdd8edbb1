/** Reads a request's body within its limit and parses it as what it says it is. */
import type { IncomingMessage } from 'node:http'
import { RestTorrentError } from '../../protocol/errors.ts'
import { parseMultipart } from './multipart.ts'

/** A parameter as it came: text, bytes or any JSON value. */
export type NamedValue = readonly [name: string, value: unknown]

/** A body as it arrives; leaving the loop early must not end the connection under the answer. */
export type BodyChunks = AsyncIterable<Uint8Array>

interface BodyKind {
  readonly limit: number
  readonly parse: (body: Buffer, contentType: string) => NamedValue[]
}

const smallLimit = 1024 * 1024
const fileLimit = 12 * 1024 * 1024
const maxFormFields = 1000
const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

const kinds: Partial<Record<string, BodyKind>> = {
  'application/json': { limit: smallLimit, parse: parseJson },
  'application/x-www-form-urlencoded': { limit: smallLimit, parse: parseForm },
  'multipart/form-data': { limit: fileLimit, parse: parseMultipart },
  'application/x-bittorrent': { limit: fileLimit, parse: (body) => [['file', new Uint8Array(body)]] },
}

/** Whether a request has a body, whatever its method. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** The named values of a body. Throws `body_too_large`, or `invalid_body` where it is not what it says. */
export async function readBody(
  chunks: BodyChunks,
  contentType: string,
  contentLength: number,
): Promise<NamedValue[]> {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const kind = Object.hasOwn(kinds, mediaType) ? kinds[mediaType] : undefined
  const limit = kind?.limit ?? smallLimit
  if (contentLength > limit) throw tooLarge(limit)
  const body = await collect(chunks, limit)
  if (body.length === 0) return []
  if (kind === undefined) throw invalidBody(`a body of type ${mediaType || '(none)'} is not understood`)
  return kind.parse(body, contentType)
}

async function collect(chunks: BodyChunks, limit: number): Promise<Buffer> {
  const collected: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of chunks) {
      length += chunk.length
      if (length > limit) break
      collected.push(chunk)
    }
  } catch (cause) {
    throw new RestTorrentError('invalid_body', 'the body ended early', { cause })
  }
  if (length > limit) throw tooLarge(limit)
  return Buffer.concat(collected)
}

function parseJson(body: Buffer): NamedValue[] {
  let value: unknown
  try {
    value = JSON.parse(strictUtf8.decode(body))
  } catch {
    throw invalidBody('the body is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidBody('the JSON body is not an object')
  }
  return Object.entries(value)
}

function parseForm(body: Buffer): NamedValue[] {
  const fields = [...new URLSearchParams(body.toString('utf8'))]
  if (fields.length > maxFormFields) throw invalidBody(`the form has more than ${maxFormFields} fields`)
  return fields
}

function tooLarge(limit: number): RestTorrentError {
  return new RestTorrentError('body_too_large', `the body is larger than ${limit} bytes`)
}

function invalidBody(message: string): RestTorrentError {
  return new RestTorrentError('invalid_body', message)
}
