/** Torrents that have everything: their files, zeros that take no space, lie there before they are added. */
import { createHash } from 'node:crypto'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { encodeBencode } from '../src/protocol/bencode-encode.ts'
import type { RestClient } from './rest-client.ts'

const pieceLength = 16 * 1024
const pieceCount = 48
const length = pieceLength * pieceCount
const zeroHash = createHash('sha1').update(Buffer.alloc(pieceLength)).digest()
const pieces = Buffer.concat(new Array<Buffer>(pieceCount).fill(zeroHash))
const addsAtATime = 8
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

/** Adds them all; gives how many were taken a second. They may still be checked then, see `seeding`. */
export async function addFinishedTorrents(
  client: RestClient,
  { root, sessionId, count, from = 0 }: FinishedTorrents,
): Promise<number> {
  const folder = join(root, sessionId)
  mkdirSync(folder, { recursive: true })
  const all = Array.from({ length: count }, (_, index) => finishedTorrent(folder, `zeros-${from + index}`))
  const waiting = all.values()
  const lane = async (): Promise<void> => {
    for (const metainfo of waiting)
      await client.addTorrent(sessionId, metainfo, { savePath: sessionId, started: true })
  }
  const at = performance.now()
  await Promise.all(Array.from({ length: addsAtATime }, lane))
  return (count * 1000) / (performance.now() - at)
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
