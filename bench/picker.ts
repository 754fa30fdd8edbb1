/**
 * The picker beside the engine's own and beside libtorrent as downloader, in turns on the same content from
 * libtorrent seeds; and the longest time one of its passes keeps the thread, with 50 peers and 32,768 pieces.
 * Prints one JSON line: MiB/s and, for the two in this process, seconds of its thread's CPU for each GiB; medians
 * of the rounds. Needs libtorrent for Python.
 * The engine's own takes minutes where pieces are many: `modes` leaves it out.
 * `node bench/picker.ts [rounds] [MiB] [folder] [modes, such as picker,libtorrent]`
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attachPicker } from '../src/worker/session/engine/picker/attach-picker.ts'
import { startLibtorrent } from '../test/peers/libtorrent.ts'
import type { DialingPeer } from '../test/peers/peer.ts'
import { makeMetainfo, writeFiles, type MadeMetainfo } from '../test/support/metainfo.ts'
import { openEngineClient } from './engine-client.ts'
import { passCosts } from './picker-passes.ts'

const mib = 1024 * 1024
const deadlineMs = 300_000
const modes = ['picker', 'engine', 'libtorrent'] as const
type Mode = (typeof modes)[number]

const [rounds = '3', size = '512', folder = tmpdir(), wished = modes.join()] = process.argv.slice(2)
const length = Number(size) * mib
const compared = modes.filter((mode) => wished.split(',').includes(mode))

interface Case {
  readonly name: string
  readonly pieceLength: number
  readonly seeds: number
}

const cases: Case[] = [
  { name: 'large_pieces_one_seed', pieceLength: mib, seeds: 1 },
  { name: 'small_pieces_one_seed', pieceLength: 64 * 1024, seeds: 1 },
  { name: 'small_pieces_four_seeds', pieceLength: 64 * 1024, seeds: 4 },
]

/** Of one download: MiB/s, and seconds of CPU for each GiB; that of another process is not known. */
interface Cost {
  readonly rate: number
  readonly cpu?: number
}

const results: Record<string, Partial<Record<Mode, Cost>>> = {}
for (const one of cases) results[one.name] = await measureCase(one)
const pass = await passCosts({ pieces: 32_768, peers: 50 })
console.log(JSON.stringify({ bench: 'picker', rounds: Number(rounds), mib: Number(size), results, pass }))

async function measureCase({ pieceLength, seeds }: Case): Promise<Partial<Record<Mode, Cost>>> {
  await using things = new AsyncDisposableStack()
  const root = mkdtempSync(join(folder, 'resttorrent-bench-'))
  things.defer(() => rmSync(root, { recursive: true }))
  const made = makeMetainfo({ name: 'content', content: length, pieceLength })
  writeFiles(join(root, 'seed'), made)
  const torrent = join(root, 'content.torrent')
  writeFileSync(torrent, made.bytes)
  const sources: DialingPeer[] = []
  for (let count = 0; count < seeds; count += 1) {
    const seed = things.adopt(await startLibtorrent(), (peer) => peer.stop())
    await seed.add({ torrent }, join(root, 'seed'))
    await seed.complete(deadlineMs)
    sources.push(seed)
  }
  const measured: Record<Mode, Cost[]> = { picker: [], engine: [], libtorrent: [] }
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const mode of compared) {
      const target = join(root, `${mode}-${round}`)
      const cost =
        mode === 'libtorrent'
          ? await byLibtorrent(torrent, target, sources)
          : await byEngine(mode, made, target, sources)
      rmSync(target, { recursive: true })
      measured[mode].push(cost)
    }
  }
  return Object.fromEntries(compared.map((mode) => [mode, medians(measured[mode])]))
}

/** From the first dial to the last piece on disk. */
async function byEngine(
  mode: 'picker' | 'engine',
  made: MadeMetainfo,
  root: string,
  seeds: DialingPeer[],
): Promise<Cost> {
  const client = await openEngineClient({ made, root, storage: 'ours', complete: false })
  const { torrent } = client
  try {
    if (mode === 'picker') attachPicker(torrent)
    else torrent.select(0, made.pieceCount - 1)
    const done = new Promise<void>((resolve) => torrent.once('done', () => resolve()))
    const [startedAt, before] = [performance.now(), process.threadCpuUsage()]
    for (const { host, port } of seeds) torrent.addPeer(`${host}:${port}`)
    await done
    const { user, system } = process.threadCpuUsage(before)
    return { rate: rateSince(startedAt), cpu: ((user + system) / 1_000_000 / length) * 1024 * mib }
  } finally {
    await client.close()
  }
}

async function byLibtorrent(torrent: string, root: string, seeds: DialingPeer[]): Promise<Cost> {
  const leech = await startLibtorrent()
  try {
    await leech.add({ torrent }, root)
    const startedAt = performance.now()
    for (const { host, port } of seeds) await leech.connect(host, port)
    await leech.complete(deadlineMs)
    return { rate: rateSince(startedAt) }
  } finally {
    await leech.stop()
  }
}

function rateSince(startedAt: number): number {
  return length / mib / ((performance.now() - startedAt) / 1000)
}

function medians(costs: Cost[]): Cost {
  const median = (values: number[]): number | undefined =>
    values.sort((one, other) => one - other)[values.length >> 1]
  const rate = Math.round(median(costs.map((cost) => cost.rate)) ?? 0)
  const cpu = median(costs.flatMap((cost) => cost.cpu ?? []))
  return cpu === undefined ? { rate } : { rate, cpu: Math.round(cpu * 100) / 100 }
}
