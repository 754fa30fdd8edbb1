/**
 * Torrents recorded by many callers at a time beside one after the other, in turns, through main's client
 * and the store worker. Each is durable before the next of its lane begins, so on a disk that keeps its
 * promises the difference is what sharing an fsync is worth; with large metainfo the bytes themselves count
 * too. Prints one JSON line: torrents/s, medians of the rounds, and their ratio, for each size of metainfo.
 * The folder is made and removed; it should be on a real disk.
 * `node bench/store.ts [folder] [rounds]`
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { threadEntries } from '../src/main/threads/entries.ts'
import { StoreClient } from '../src/main/threads/store-client.ts'
import { noAlternatives } from '../src/protocol/alternative-limits.ts'
import { noGoals } from '../src/protocol/goals.ts'
import { usualShare } from '../src/protocol/host.ts'
import { noQueueLimits } from '../src/protocol/queue.ts'
import type { StoreOperation } from '../src/protocol/store-rpc.ts'
import { defaultTorrentOptions } from '../src/protocol/torrent-options.ts'

const torrents = 400
const sizes = [2_000, 20_000]
const lanes = { oneByOne: 1, together: 200 }
const laneNames = ['oneByOne', 'together'] as const
const session = '0'.repeat(40)

const [folder = './data/bench-store', rounds = '5'] = process.argv.slice(2)
const dataDir = resolve(folder)
mkdirSync(dataDir, { recursive: true })
const store = await StoreClient.open(threadEntries.store, { dataDir }, (line) => console.error(line))
const results: object[] = []
try {
  await store.write(putSession())
  for (const metainfoBytes of sizes) results.push({ metainfoBytes, ...(await compare(metainfoBytes)) })
} finally {
  await store.close()
  rmSync(dataDir, { recursive: true })
}
console.log(JSON.stringify({ bench: 'store', unit: 'torrents/s', rounds: Number(rounds), results }))

async function compare(metainfoBytes: number): Promise<Record<(typeof laneNames)[number] | 'ratio', number>> {
  const measured: Record<(typeof laneNames)[number], number[]> = { oneByOne: [], together: [] }
  for (let round = 0; round < Number(rounds); round += 1)
    for (const name of laneNames) measured[name].push(await rate(lanes[name], metainfoBytes))
  const [oneByOne, together] = [median(measured.oneByOne), median(measured.together)]
  return { oneByOne, together, ratio: Math.round((together / oneByOne) * 10) / 10 }
}

/** Torrents recorded in a second by so many lanes. */
async function rate(width: number, metainfoBytes: number): Promise<number> {
  const waiting = Array.from({ length: torrents }, () => putTorrent(metainfoBytes))
  const startedAt = performance.now()
  const lane = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await store.write(next)
  }
  await Promise.all(Array.from({ length: width }, lane))
  return torrents / ((performance.now() - startedAt) / 1000)
}

function putSession(): StoreOperation {
  return {
    type: 'put_session',
    session: {
      id: session,
      name: 'bench',
      ports: [6881],
      labels: [],
      memoryOnly: false,
      started: true,
      owner: null,
      root: '',
      quotas: {},
      createdAt: Date.now(),
      announceSecret: '',
      settings: {
        dht: true,
        lsd: true,
        pex: true,
        upnp: false,
        nat_pmp: false,
        download_limit: 0,
        upload_limit: 0,
        max_peers: 55,
        encryption: 'preferred',
        announce_address: '',
        tracker_proxy: '',
        incomplete_path: '',
        ip_filter: '',
        ...noGoals,
        ...noQueueLimits,
        ...usualShare,
        ...noAlternatives,
      },
    },
  }
}

function putTorrent(metainfoBytes: number): StoreOperation {
  const rawInfo = randomBytes(metainfoBytes)
  const infoHash = createHash('sha1').update(rawInfo).digest('hex')
  return {
    type: 'put_torrent',
    sessionId: session,
    torrent: {
      infoHash,
      source: {
        rawInfo,
        name: infoHash,
        trackers: [['http://127.0.0.1/announce']],
        webSeeds: [],
        peers: [],
      },
      facts: { name: infoHash, totalSize: 2 ** 30, private: false, pieceLength: 2 ** 20, pieceCount: 1024 },
      saveFolder: `/downloads/${infoHash}`,
      savePath: infoHash,
      storageMode: 'sparse',
      memoryOnly: false,
      started: true,
      options: defaultTorrentOptions,
      addedAt: Date.now(),
      quarantine: undefined,
    },
  }
}

function median(rates: number[]): number {
  return Math.round(rates.sort((one, other) => one - other)[rates.length >> 1] ?? 0)
}
