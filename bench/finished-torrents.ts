/** Torrents that have everything: their files, zeros that take no space, lie there before they are added. */
import { createHash } from 'node:crypto'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { encodeBencode } from '../src/protocol/bencode-encode.ts'
import { HttpConnection } from './http-connection.ts'
import type { RestClient } from './rest-client.ts'

const pieceLength = 16 * 1024
const pieceCount = 48
const length = pieceLength * pieceCount
const zeroHash = createHash('sha1').update(Buffer.alloc(pieceLength)).digest()
const pieces = Buffer.concat(new Array<Buffer>(pieceCount).fill(zeroHash))
const addsAtATime = 8
const boundary = 'resttorrent-bench'
const lookMs = 50
/** A list of many takes the server and us long: so many times as long it is left alone then. */
const restFactor = 4

export interface FinishedTorrents {
  /** The folder that the server's save paths are below. */
  readonly root: string
  readonly sessionId: string
  readonly count: number
  /** The number of the first one, which its name holds; 0 unless told otherwise. */
  readonly from?: number
}

/**
 * Adds them all, 8 at a time, by requests that are ready before; gives how many were taken a second. They may still
 * be checked then, see `seeding`.
 */
export async function addFinishedTorrents(
  client: RestClient,
  { root, sessionId, count, from = 0 }: FinishedTorrents,
): Promise<number> {
  const folder = join(root, sessionId)
  mkdirSync(folder, { recursive: true })
  const url = new URL(client.listUrl(sessionId))
  const requests = Array.from({ length: count }, (_, index) =>
    addRequest(url, finishedTorrent(folder, `zeros-${from + index}`), sessionId),
  )
  const waiting = requests.values()
  const lane = async (connection: HttpConnection): Promise<void> => {
    for (const request of waiting) await connection.send(request)
  }
  const connections = await Promise.all(Array.from({ length: addsAtATime }, () => HttpConnection.open(url)))
  try {
    const at = performance.now()
    await Promise.all(connections.map(lane))
    return (count * 1000) / (performance.now() - at)
  } finally {
    for (const connection of connections) connection.close()
  }
}

/** An `upload_torrent` as a form, with its head. */
function addRequest({ host, pathname }: URL, metainfo: Uint8Array, savePath: string): Uint8Array {
  const part = (name: string, more = ''): string =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`
  const body = Buffer.concat([
    Buffer.from(part('file', '; filename="a.torrent"')),
    metainfo,
    Buffer.from(`\r\n${part('autostart')}1\r\n${part('save_path')}${savePath}\r\n--${boundary}--\r\n`),
  ])
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    `content-type: multipart/form-data; boundary=${boundary}`,
    `content-length: ${body.length}`,
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])
}

/** Settles when as many torrents of a session seed. */
export async function seeding(client: RestClient, sessionId: string, count: number): Promise<void> {
  for (;;) {
    const from = performance.now()
    const states = (await client.torrents(sessionId)).map(({ state }) => state)
    if (states.includes('error')) throw new Error('a finished torrent failed')
    if (states.filter((state) => state === 'seeding').length === count) return
    await setTimeout(Math.max(lookMs, restFactor * (performance.now() - from)))
  }
}

function finishedTorrent(folder: string, name: string): Uint8Array {
  const file = join(folder, name)
  writeFileSync(file, '')
  truncateSync(file, length)
  return encodeBencode({ info: { length, name, 'piece length': pieceLength, pieces } })
}
