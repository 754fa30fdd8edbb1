/** Reads of the content of files over HTTP, with the administrator's key unless another is given. */
import * as assert from 'uvu/assert'
import type { SessionView } from '../../src/protocol/session.ts'
import { adminKey } from './keys.ts'
import type { TestServer } from './server.ts'

const waitMs = 45_000

export interface Got {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
}

/** One answer, whole; rejects when the connection is cut. */
export async function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  const signal = AbortSignal.timeout(waitMs)
  const all = Object.entries({ authorization: `Bearer ${adminKey}`, connection: 'close', ...headers })
  const sent = Object.fromEntries(all.filter(([, value]) => value !== '')) // an empty one is left out
  const response = await fetch(url, { method, headers: sent, signal })
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  }
}

/** The status and code of a failure. */
export const codeIn = ({ status, bytes }: Got): string =>
  `${status} ${(JSON.parse(bytes.toString()) as { error: { code: string } }).error.code}`

/** Where the content of a file is. */
export const urlOf = (
  { address }: TestServer,
  { id }: SessionView,
  infoHash: string,
  index: number,
): string => `${address}/v1/sessions/${id}/torrents/${infoHash}/files/${index}/content`

/** Fails where bytes differ, without printing them. */
export const isSame = (got: Buffer, expected: Buffer | undefined, what = 'bytes'): void =>
  assert.is(Buffer.compare(got, expected ?? Buffer.of()), 0, what)
