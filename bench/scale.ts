/**
 * One, two and more sessions that download at the same time, each a torrent of its own from a libtorrent seed of
 * its own over loopback: the sum of their rates, and CPU seconds of the server for each GiB. Every file that
 * arrived is hashed. Prints one JSON line for each number of sessions. `node bench/scale.ts --help`
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { startLibtorrent } from '../test/peers/libtorrent.ts'
import type { DialingPeer } from '../test/peers/peer.ts'
import { available } from '../test/peers/tools.ts'
import { eventually } from '../test/support/suite.ts'
import { flagsOf } from './flags.ts'
import { cpuSeconds } from './process-cpu.ts'
import { checkArrived, makeRandomTorrent, type RandomTorrent } from './random-torrent.ts'
import { figures, ratios, report } from './report.ts'
import { RestClient } from './rest-client.ts'
import { builtProgram, startServer, type ServerOptions } from './server.ts'

const mib = 1024 ** 2
const pieceLength = mib
const withinMs = 300_000
const lookMs = 100

const flags = flagsOf({
  only: ['1,2,4,8', 'numbers of sessions'],
  size: ['128', 'MiB that each of them downloads'],
  runs: ['2', 'runs of each number, in turn'],
  folder: [tmpdir(), 'where all files are made'],
  program: [builtProgram, 'the server, such as another build of it'],
  'node-options': ['', 'options for Node of the server, as in --node-options=--cpu-prof'],
})

/** MiB/s of all sessions together, and CPU seconds of the process for each GiB. */
type Run = Readonly<Record<'rate' | 'cpuPerGib', number>>

interface Source {
  readonly torrent: RandomTorrent
  readonly seed: DialingPeer
}

await bench(flags)

async function bench({ all, text, count, list }: typeof flags): Promise<void> {
  if (!available('libtorrent')) throw new Error('libtorrent for Python is not installed')
  const numbers = list('only').map(Number)
  await using things = new AsyncDisposableStack()
  const folder = mkdtempSync(join(text('folder'), 'resttorrent-bench-'))
  things.defer(() => rmSync(folder, { recursive: true, force: true }))
  const sources: Source[] = []
  for (let index = 0; index < Math.max(...numbers); index += 1)
    sources.push(await startSource(things, join(folder, 'whole'), `content-${index}`, count('size') * mib))
  const options = { program: text('program'), nodeOptions: list('node-options', ' ') }
  const runs = new Map<number, Run[]>(numbers.map((number) => [number, []]))
  for (let run = 0; run < count('runs'); run += 1)
    for (const number of numbers) {
      const root = join(folder, 'root')
      mkdirSync(root)
      runs.get(number)?.push(await download(sources.slice(0, number), { ...options, root }))
      rmSync(root, { recursive: true })
    }
  const [first = []] = runs.values()
  for (const [sessions, done] of runs) {
    const against = (of: keyof Run): object =>
      ratios(
        done.map((run) => run[of]),
        first.map((run) => run[of]),
      )
    const besideFirst = { rateRatio: against('rate'), cpuRatio: against('cpuPerGib') }
    report('scale', `sessions_${sessions}`, {
      unit: 'MiB/s',
      ...all,
      sessions,
      ...figures(done),
      ...besideFirst,
    })
  }
}

async function startSource(
  things: AsyncDisposableStack,
  folder: string,
  name: string,
  length: number,
): Promise<Source> {
  const torrent = makeRandomTorrent(folder, name, length, pieceLength)
  const seed = things.adopt(await startLibtorrent({ encryption: 'disabled', quiet: true }), (one) =>
    one.stop(),
  )
  await seed.add({ torrent: torrent.torrent }, folder)
  await seed.complete(withinMs)
  return { torrent, seed }
}

/** All at once, each in a session of its own, from the moment that the seeds dial. */
async function download(sources: readonly Source[], options: ServerOptions & { root: string }): Promise<Run> {
  const server = await startServer(options)
  try {
    const client = new RestClient(server.address)
    const sessions: { readonly id: string; readonly port: number; readonly source: Source }[] = []
    for (const source of sources) {
      const { id, port } = await client.createSession(source.torrent.name)
      const metainfo = readFileSync(source.torrent.torrent)
      await client.addTorrent(id, metainfo, { savePath: id, started: true })
      sessions.push({ id, port, source })
    }
    const inState = async (id: string, state: string): Promise<void> => {
      await eventually(withinMs, `the torrent is ${state}`, async () => {
        const [row] = await client.torrents(id)
        if (row?.state === 'error') throw new Error(JSON.stringify(row))
        return row?.state === state || (await setTimeout(lookMs, false))
      })
    }
    for (const { id } of sessions) await inState(id, 'downloading')
    const [at, cpu] = [performance.now(), cpuSeconds(server.pid)]
    await Promise.all(sessions.map(({ port, source }) => source.seed.connect('127.0.0.1', port)))
    for (const { id } of sessions) await inState(id, 'seeding')
    const seconds = (performance.now() - at) / 1000
    const spent = cpuSeconds(server.pid) - cpu
    const gib = sources.reduce((sum, { torrent }) => sum + torrent.length, 0) / (1024 * mib)
    for (const { id, source } of sessions) await checkArrived(source.torrent, join(options.root, id))
    return { rate: (gib * 1024) / seconds, cpuPerGib: spent / gib }
  } finally {
    await server.stop()
  }
}
