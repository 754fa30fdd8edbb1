/**
 * Sessions that download at full speed: each has a libtorrent seed of its own on loopback, and begins
 * again, as a new session, when it has everything.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startLibtorrent } from '../test/peers/libtorrent.ts'
import type { DialingPeer } from '../test/peers/peer.ts'
import { eventually } from '../test/support/suite.ts'
import type { RestClient } from './rest-client.ts'
import { makeZeroTorrent } from './zero-torrent.ts'

export interface Downloads {
  /** Bytes per second that the sessions together told since the last call, averaged. */
  rateSinceLast(): number
  /** Ends the seeds; the sessions end with their server. */
  stop(): Promise<void>
}

interface Download {
  readonly name: string
  readonly infoHash: string
  readonly metainfo: Uint8Array
  readonly seed: DialingPeer
  sessionId: string
}

const length = 1024 ** 3
const pieceLength = 1024 ** 2
const seedWithinMs = 60_000
const flowsWithinMs = 20_000
const lookMs = 500

/** Starts so many sessions that download; resolves when all of them receive. */
export async function startDownloads(client: RestClient, count: number): Promise<Downloads> {
  const folder = mkdtempSync(join(tmpdir(), 'resttorrent-bench-'))
  const seeds: DialingPeer[] = []
  const stopSeeds = async (): Promise<void> => {
    await Promise.all(seeds.map((seed) => seed.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const downloads: Download[] = []
    for (let index = 0; index < count; index += 1) {
      const seed = await startLibtorrent({ encryption: 'disabled' })
      seeds.push(seed)
      downloads.push(await startSeed(seed, folder, `transfer-${index}`))
    }
    for (const download of downloads) await begin(client, download)
    await eventually(flowsWithinMs, 'every session downloads', async () => {
      const flowing = (await client.sessions()).filter((session) => session.download_rate > 0)
      return flowing.length >= count
    })
    return keepGoing(client, downloads, stopSeeds)
  } catch (error) {
    await stopSeeds()
    throw error
  }
}

async function startSeed(seed: DialingPeer, folder: string, name: string): Promise<Download> {
  const { torrent, infoHash } = makeZeroTorrent(folder, name, length, pieceLength)
  await seed.add({ torrent }, folder)
  await seed.complete(seedWithinMs)
  return { name, infoHash, metainfo: readFileSync(torrent), seed, sessionId: '' }
}

/** In a new session, on a port that the seed does not remember as complete; the seed dials. */
async function begin(client: RestClient, download: Download): Promise<void> {
  const { id, port } = await client.createSession(download.name)
  download.sessionId = id
  await client.addTorrent(id, download.metainfo, { savePath: id, started: true })
  await eventually(flowsWithinMs, 'the torrent waits for peers', async () => {
    const [torrent] = await client.torrents(id)
    return torrent?.state === 'downloading'
  })
  await download.seed.connect(download.seed.host, port)
}

function keepGoing(
  client: RestClient,
  downloads: readonly Download[],
  stopSeeds: () => Promise<void>,
): Downloads {
  let rates: number[] = []
  const stopping = new AbortController()
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      rates.push((await client.sessions()).reduce((sum, session) => sum + session.download_rate, 0))
      for (const download of downloads) await beginAgainWhereDone(client, download)
      // an abort ends the wait, and with it the loop
      await setTimeout(lookMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()
  // its failure is told by stop
  looking.catch(() => undefined)
  return {
    rateSinceLast: () => {
      const average = rates.reduce((sum, rate) => sum + rate, 0) / Math.max(1, rates.length)
      rates = []
      return average
    },
    stop: async () => {
      stopping.abort()
      await looking.finally(stopSeeds)
    },
  }
}

async function beginAgainWhereDone(client: RestClient, download: Download): Promise<void> {
  const { sessionId, infoHash } = download
  const [torrent] = await client.torrents(sessionId)
  if (torrent?.state === 'error') throw new Error(`the download failed: ${JSON.stringify(torrent)}`)
  if (torrent?.progress !== 1) return
  await client.deleteTorrent(sessionId, infoHash)
  await begin(client, download)
  // last: it has had the time to delete the files
  await client.deleteSession(sessionId)
}
