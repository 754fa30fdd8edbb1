/**
 * One torrent over loopback with libtorrent at the other end, and each contestant in turn at this one: rate,
 * CPU seconds for each GiB of its process with all threads, and how ours compares; every file that arrived
 * is hashed. Prints one JSON line.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startLibtorrent } from '../test/peers/libtorrent.ts'
import { available } from '../test/peers/tools.ts'
import { contestants, startContestant, type Contestant, type ContestantName } from './contestants.ts'
import { cpuSeconds } from './process-cpu.ts'
import { checkArrived, makeRandomTorrent, type RandomTorrent } from './random-torrent.ts'
import { figures, ratios, report } from './report.ts'
import { builtProgram, type ServerOptions } from './server.ts'

const mib = 1024 * 1024
const pieceLength = mib
const completeWithinMs = 300_000

/** What a run of one contestant gave: MiB/s, and CPU seconds for each GiB. */
type Run = Readonly<Record<'rate' | 'cpuPerGib', number>>

export type Direction = 'download' | 'seed'

/** Runs the benchmark of one direction with the arguments of the program. */
export async function benchTransfers(direction: Direction): Promise<void> {
  if (!available('libtorrent')) throw new Error('libtorrent for Python is not installed')
  const { names, rounds, size, folder, server } = readArguments()
  const root = mkdtempSync(join(folder, 'resttorrent-bench-'))
  try {
    const whole = join(root, 'whole')
    const torrent = makeRandomTorrent(whole, 'content', size * mib, pieceLength)
    const move = direction === 'download' ? download : seed
    const runs: Record<ContestantName, Run[]> = { ours: [], libtorrent: [], webtorrent: [] }
    for (let round = 0; round < rounds; round += 1)
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        const target = join(root, 'target')
        runs[name].push(await move(name, torrent, whole, target, server))
        await checkArrived(torrent, target)
        rmSync(target, { recursive: true })
      }
    tell(direction, { mib: size, pieceMib: pieceLength / mib, rounds }, names, runs)
  } finally {
    rmSync(root, { recursive: true })
  }
}

async function download(
  name: ContestantName,
  torrent: RandomTorrent,
  whole: string,
  target: string,
  server: ServerOptions,
): Promise<Run> {
  await using things = new AsyncDisposableStack()
  const peer = things.adopt(await startLibtorrent({ encryption: 'disabled', quiet: true }), (one) =>
    one.stop(),
  )
  await peer.add({ torrent: torrent.torrent }, whole)
  await peer.complete(completeWithinMs)
  const one = things.adopt(await startContestant(name, torrent, target, server), (each) => each.stop())
  return await measure(one, torrent, async () => {
    await peer.connect('127.0.0.1', one.port)
    await one.complete()
  })
}

async function seed(
  name: ContestantName,
  torrent: RandomTorrent,
  whole: string,
  target: string,
  server: ServerOptions,
): Promise<Run> {
  await using things = new AsyncDisposableStack()
  const one = things.adopt(await startContestant(name, torrent, whole, server), (each) => each.stop())
  await one.complete()
  const peer = things.adopt(await startLibtorrent({ encryption: 'disabled', quiet: true }), (each) =>
    each.stop(),
  )
  await peer.add({ torrent: torrent.torrent }, target)
  return await measure(one, torrent, async () => {
    await peer.connect('127.0.0.1', one.port)
    await peer.complete(completeWithinMs)
  })
}

async function measure(
  { pid }: Contestant,
  { length }: RandomTorrent,
  move: () => Promise<void>,
): Promise<Run> {
  const [startedAt, before] = [performance.now(), cpuSeconds(pid)]
  await move()
  const seconds = (performance.now() - startedAt) / 1000
  return { rate: length / mib / seconds, cpuPerGib: ((cpuSeconds(pid) - before) / length) * 1024 * mib }
}

function tell(
  direction: Direction,
  parameters: object,
  names: readonly ContestantName[],
  runs: Record<ContestantName, Run[]>,
): void {
  const sides = Object.fromEntries(names.map((name) => [name, figures(runs[name])]))
  const compared = names.filter((name) => name !== 'ours' && names.includes('ours'))
  const against = (of: keyof Run): object =>
    Object.fromEntries(
      compared.map((name) => [
        name,
        ratios(
          runs.ours.map((run) => run[of]),
          runs[name].map((run) => run[of]),
        ),
      ]),
    )
  report(direction, direction, {
    unit: 'MiB/s',
    ...parameters,
    ...sides,
    rateRatio: against('rate'),
    cpuRatio: against('cpuPerGib'),
  })
}

function readArguments(): {
  names: ContestantName[]
  rounds: number
  size: number
  folder: string
  server: ServerOptions
} {
  const { values } = parseArgs({
    options: {
      size: { type: 'string', default: '1024' },
      rounds: { type: 'string', default: '5' },
      only: { type: 'string', default: contestants.join(',') },
      folder: { type: 'string', default: tmpdir() },
      program: { type: 'string', default: builtProgram },
      'node-options': { type: 'string', default: '' },
    },
  })
  const only = values.only.split(',')
  return {
    names: contestants.filter((name) => only.includes(name)),
    rounds: Number(values.rounds),
    size: Number(values.size),
    folder: values.folder,
    server: { program: values.program, nodeOptions: values['node-options'].split(' ').filter(Boolean) },
  }
}
