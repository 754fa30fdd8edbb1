/**
 * A torrent whose file lies in the page cache is added and checked by the built server, and in turn as many
 * processes as there are cores read and hash the same file, each a part of it, with nothing else to do. Prints
 * one JSON line: MiB/s of both, and ours over theirs. `node bench/recheck.ts --size MiB --rounds N --folder F`
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { eventually } from '../test/support/suite.ts'
import { flagsOf } from './flags.ts'
import { makeRandomTorrent, type RandomTorrent } from './random-torrent.ts'
import { figures, ratios, report } from './report.ts'
import { RestClient } from './rest-client.ts'
import { builtProgram, startServer } from './server.ts'

const mib = 1024 * 1024
const pieceLength = mib
const checkedWithinMs = 300_000
const lookMs = 50

type Rate = Readonly<Record<'rate', number>>

const { text, count } = flagsOf({
  size: ['10240', 'MiB of the file that is checked'],
  rounds: ['3', 'checks of each, in turn'],
  folder: [tmpdir(), 'where the file is made'],
  program: [builtProgram, 'the server, such as another build of it'],
})
const [size, rounds] = [count('size'), count('rounds')]
const root = mkdtempSync(join(text('folder'), 'resttorrent-bench-'))
try {
  const torrent = makeRandomTorrent(root, 'content', size * mib, pieceLength)
  const [ours, bare]: [Rate[], Rate[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await hashBare(torrent))
    ours.push(await check(torrent))
  }
  const rates = (runs: readonly Rate[]): number[] => runs.map(({ rate }) => rate)
  const parameters = { unit: 'MiB/s', mib: size, rounds }
  const ratio = ratios(rates(ours), rates(bare))
  report('recheck', 'recheck', { ...parameters, ours: figures(ours), bare: figures(bare), ratio })
} finally {
  rmSync(root, { recursive: true })
}

/** From the add of the torrent, whose file is there, until it seeds. */
async function check({ torrent, length }: RandomTorrent): Promise<Rate> {
  const server = await startServer({ program: text('program'), nodeOptions: [], root })
  try {
    const client = new RestClient(server.address)
    const { id } = await client.createSession('bench')
    const startedAt = performance.now()
    await client.addTorrent(id, readFileSync(torrent), { savePath: '.', started: true })
    await eventually(checkedWithinMs, 'the torrent seeds', async () => {
      const [row] = await client.torrents(id)
      if (row?.state === 'seeding') return true
      if (row?.state === 'error' || row?.state === 'downloading') throw new Error(JSON.stringify(row))
      await setTimeout(lookMs)
      return false
    })
    return { rate: length / mib / ((performance.now() - startedAt) / 1000) }
  } finally {
    await server.stop()
  }
}

/** By nothing but processes that read and hash, one for each core. */
async function hashBare({ length }: RandomTorrent): Promise<Rate> {
  const processes = availableParallelism()
  const part = Math.floor(length / mib / processes)
  const program = join(import.meta.dirname, 'hash-part.ts')
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: processes }, async (_, at) => {
      const args = [program, join(root, 'content'), String(at * part), String(part)]
      const [code] = (await once(spawn(process.execPath, args), 'exit')) as [number | null]
      if (code !== 0) throw new Error('the file was not read')
    }),
  )
  return { rate: (part * processes) / ((performance.now() - startedAt) / 1000) }
}
