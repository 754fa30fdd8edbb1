/**
 * How long a large download takes to go on after `kill -9`: a torrent of one file, most of which is there and
 * was checked, is fetched from libtorrent, the server is killed in the midst, started, and timed until it
 * downloads again. All of it is zeros in sparse files, so that only what is fetched takes room. Prints one JSON
 * line: seconds of the first check of what was there, then of each start, and what the server had read by then.
 * `node bench/killed-download.ts --gib N --there N --rounds N --folder F`
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startLibtorrent, type LibtorrentPeer } from '../test/peers/libtorrent.ts'
import { eventually } from '../test/support/suite.ts'
import { flagsOf } from './flags.ts'
import { figures, report } from './report.ts'
import { RestClient, type ListedTorrent } from './rest-client.ts'
import { builtProgram, startServer, type RunningServer } from './server.ts'
import { makeZeroTorrent } from './zero-torrent.ts'

const [kib, mib, gib] = [1024, 1024 ** 2, 1024 ** 3]
const pieceLength = 16 * mib
/** Fetched before each kill. */
const fetched = 512 * mib
const withinMs = 1_800_000
const lookMs = 20
const name = 'content'

const { text, count } = flagsOf({
  gib: ['50', 'GiB of the torrent'],
  there: ['40', 'GiB of it that are there at the beginning'],
  rounds: ['3', 'kills'],
  folder: [tmpdir(), 'where the files are made'],
})
const [length, there] = [count('gib') * gib, count('there')]
const [place, seedFolder] = ['ours', 'theirs'].map(() =>
  mkdtempSync(join(text('folder'), 'resttorrent-bench-')),
) as [string, string]
const root = join(place, 'root')
try {
  mkdirSync(root)
  writeFileSync(join(root, name), '')
  truncateSync(join(root, name), there * gib)
  const { torrent } = makeZeroTorrent(seedFolder, name, length, pieceLength)
  const seed = await startLibtorrent({ encryption: 'disabled', quiet: true })
  try {
    await seed.addWhole(torrent, seedFolder)
    await measure(readFileSync(torrent), seed)
  } finally {
    await seed.stop()
  }
} finally {
  for (const folder of [place, seedFolder]) rmSync(folder, { recursive: true })
}

async function measure(metainfo: Uint8Array, seed: LibtorrentPeer): Promise<void> {
  const runs: Record<'downloadsAfterMs' | 'readMib' | 'claimedGib' | 'lostMib', number>[] = []
  let server = await start()
  try {
    let client = new RestClient(server.address)
    const { id, port } = await client.createSession('bench', { memory_only: '0' })
    const addedAt = performance.now()
    await client.addTorrent(id, metainfo, { savePath: '.', started: true })
    let row = await whenDownloading(client, id)
    const checkMs = performance.now() - addedAt
    for (let round = 0; round < count('rounds'); round += 1) {
      await seed.connect('127.0.0.1', port)
      const enough = row.progress + fetched / length
      const before = await when(client, id, ({ progress }) => progress >= enough)
      process.kill(server.pid, 'SIGKILL')
      await server.stop()
      const startedAt = performance.now()
      server = await start()
      client = new RestClient(server.address)
      row = await whenDownloading(client, id)
      runs.push({
        downloadsAfterMs: performance.now() - startedAt,
        readMib: bytesRead(server) / mib,
        claimedGib: (row.progress * length) / gib,
        lostMib: ((before.progress - row.progress) * length) / mib,
      })
    }
    const usedMib = (statSync(join(root, name)).blocks * (kib / 2)) / mib
    const parameters = { gib: length / gib, pieceMib: pieceLength / mib, there }
    report('killed-download', 'kill', {
      ...parameters,
      checkMs: Math.round(checkMs),
      ...figures(runs),
      usedMib,
    })
  } finally {
    await server.stop()
  }
}

async function start(): Promise<RunningServer> {
  return await startServer({ program: builtProgram, nodeOptions: [], root, data: join(place, 'data') })
}

async function whenDownloading(client: RestClient, id: string): Promise<ListedTorrent> {
  return await when(client, id, ({ state }) => {
    if (state === 'error' || state === 'seeding') throw new Error(`the torrent is ${state}`)
    return state === 'downloading'
  })
}

async function when(
  client: RestClient,
  id: string,
  is: (row: ListedTorrent) => boolean,
): Promise<ListedTorrent> {
  return await eventually(withinMs, 'the torrent', async () => {
    const [row] = await client.torrents(id)
    if (row !== undefined && is(row)) return row
    await setTimeout(lookMs)
    return undefined
  })
}

/** By all system calls that read, also what came from the page cache. */
function bytesRead({ pid }: RunningServer): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
}
