/**
 * One torrent over loopback with libtorrent at the other end, and each contestant in turn at this one: rate,
 * CPU seconds for each GiB of its process with all threads, and how ours compares; every file that arrived
 * is hashed. Prints one JSON line for each shape of the torrent.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startLibtorrent, type LibtorrentPeer } from '../test/peers/libtorrent.ts'
import { available } from '../test/peers/tools.ts'
import {
  contestants,
  startContestant,
  type Builds,
  type Contestant,
  type ContestantName,
} from './contestants.ts'
import { connected } from './connected.ts'
import { flagsOf } from './flags.ts'
import { cpuSeconds } from './process-cpu.ts'
import { checkArrived, makeRandomTorrent, type RandomTorrent } from './random-torrent.ts'
import { figures, ratios, report } from './report.ts'
import { builtProgram } from './server.ts'

const mib = 1024 * 1024
const completeWithinMs = 300_000
/** So often libtorrent looks how much a peer took; until the first time it gives little at once. */
const lookMs = 1000

/** What a run of one contestant gave: MiB/s, and CPU seconds for each GiB. */
type Run = Readonly<Record<'rate' | 'cpuPerGib', number>>
type Runs = Record<ContestantName, Run[]>

export type Direction = 'download' | 'seed'

/** How the content is cut into pieces, and how many peers are at the other end. */
interface Shape {
  readonly name: string
  readonly pieceLength: number
  readonly peers: number
}

/** What is moved, from where to where, by which builds. */
interface Move {
  readonly torrent: RandomTorrent
  readonly whole: string
  readonly target: string
  readonly peers: number
  readonly builds: Builds
  /** From when all peers are connected until it begins, in ms. */
  readonly pauseMs: number
}

/** Runs the benchmark of one direction with the arguments of the program. */
export async function benchTransfers(direction: Direction): Promise<void> {
  if (!available('libtorrent')) throw new Error('libtorrent for Python is not installed')
  const { names, rounds, size, folder, builds, shapes } = readArguments()
  const root = mkdtempSync(join(folder, 'resttorrent-bench-'))
  const run = direction === 'download' ? download : seed
  try {
    const cases = shapes.map((shape) => {
      const whole = join(root, shape.name)
      const torrent = makeRandomTorrent(whole, 'content', size * mib, shape.pieceLength)
      const runs: Runs = { ours: [], before: [], libtorrent: [], webtorrent: [] }
      return { shape, runs, move: { torrent, whole, target: join(root, 'target'), builds, ...shape } }
    })
    for (let round = 0; round < rounds; round += 1)
      for (const { runs, move } of inTurn(cases, round))
        for (const name of inTurn(names, round)) {
          runs[name].push(await run(name, { ...move, pauseMs: (lookMs * (round + 0.5)) / rounds }))
          await checkArrived(move.torrent, move.target).catch((error: unknown) => {
            throw new Error(`what ${name} has`, { cause: error })
          })
          rmSync(move.target, { recursive: true })
        }
    for (const { shape, runs } of cases)
      tell(direction, { mib: size, shape: shape.name, rounds }, names, runs, cases[0]?.runs ?? runs)
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** Who comes first changes with each round. */
function inTurn<Item>(items: readonly Item[], round: number): readonly Item[] {
  return round % 2 === 0 ? items : items.toReversed()
}

async function download(name: ContestantName, move: Move): Promise<Run> {
  const { torrent, whole, target, peers, builds } = move
  await using things = new AsyncDisposableStack()
  const seeds: LibtorrentPeer[] = []
  for (let count = 0; count < peers; count += 1) {
    const peer = things.adopt(await startLibtorrent({ encryption: 'disabled', quiet: true }), (one) =>
      one.stop(),
    )
    await peer.add({ torrent: torrent.torrent }, whole)
    await peer.complete(completeWithinMs)
    seeds.push(peer)
  }
  const one = things.adopt(await startContestant(name, torrent, target, builds), (each) => each.stop())
  const dial = (): Promise<unknown> => Promise.all(seeds.map((peer) => peer.connect('127.0.0.1', one.port)))
  return await measure(one, move, dial, () => one.complete())
}

async function seed(name: ContestantName, move: Move): Promise<Run> {
  const { torrent, whole, target, peers, builds } = move
  if (peers !== 1) throw new Error('only one peer is seeded')
  await using things = new AsyncDisposableStack()
  const one = things.adopt(await startContestant(name, torrent, whole, builds), (each) => each.stop())
  await one.complete()
  const peer = things.adopt(await startLibtorrent({ encryption: 'disabled', quiet: true }), (each) =>
    each.stop(),
  )
  await peer.add({ torrent: torrent.torrent }, target)
  const dial = (): Promise<unknown> => peer.connect('127.0.0.1', one.port)
  return await measure(one, move, dial, () => peer.complete(completeWithinMs))
}

/**
 * From when all peers are connected: libtorrent dials up to a second after it is told to, and the contestant is
 * stopped until then. Runs begin at other parts of libtorrent's second, the same in each round for all.
 */
async function measure(
  { pid, port }: Contestant,
  { torrent: { length }, peers, pauseMs }: Move,
  dial: () => Promise<unknown>,
  complete: () => Promise<void>,
): Promise<Run> {
  const before = cpuSeconds(pid)
  process.kill(pid, 'SIGSTOP')
  try {
    await dial()
    await connected(port, peers)
    await setTimeout(pauseMs)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  const startedAt = performance.now()
  await complete()
  const seconds = (performance.now() - startedAt) / 1000
  return { rate: length / mib / seconds, cpuPerGib: ((cpuSeconds(pid) - before) / length) * 1024 * mib }
}

/** `firstRuns` are those of the first shape. */
function tell(
  direction: Direction,
  parameters: object,
  names: readonly ContestantName[],
  runs: Runs,
  firstRuns: Runs,
): void {
  const sides = Object.fromEntries(names.map((name) => [name, figures(runs[name])]))
  const compared = names.filter((name) => name !== 'ours' && names.includes('ours'))
  const compare = (of: keyof Run, ours: Run[], theirs: Run[]): object =>
    ratios(
      ours.map((run) => run[of]),
      theirs.map((run) => run[of]),
    )
  const against = (of: keyof Run): object =>
    Object.fromEntries(compared.map((name) => [name, compare(of, runs.ours, runs[name])]))
  const toFirst = (): object =>
    Object.fromEntries(names.map((name) => [name, compare('rate', runs[name], firstRuns[name])]))
  report(direction, direction, {
    unit: 'MiB/s',
    ...parameters,
    ...sides,
    rateRatio: against('rate'),
    cpuRatio: against('cpuPerGib'),
    ...(runs !== firstRuns && { rateToFirstShape: toFirst() }),
  })
}

function readArguments(): {
  names: ContestantName[]
  rounds: number
  size: number
  folder: string
  builds: Builds
  shapes: Shape[]
} {
  const { text, count, list } = flagsOf({
    size: ['1024', 'MiB that each transfer moves'],
    rounds: ['5', 'transfers of each, in turn'],
    shapes: ['1024x1', 'KiB of a piece and peers at the other end, such as 1024x1,64x4'],
    only: ['ours,libtorrent,webtorrent', 'who is measured'],
    folder: [tmpdir(), 'where all files are made'],
    program: [builtProgram, 'the server, such as another build of it'],
    before: ['', 'dist/main.js of another build, measured in turn'],
    'node-options': ['', 'options for Node of the servers, as in --node-options=--cpu-prof'],
  })
  const before = text('before')
  const only = [...list('only'), ...(before === '' ? [] : ['before'])]
  const nodeOptions = list('node-options', ' ')
  return {
    names: contestants.filter((name) => only.includes(name)),
    rounds: count('rounds'),
    size: count('size'),
    folder: text('folder'),
    builds: {
      ours: { program: text('program'), nodeOptions },
      before: before === '' ? undefined : { program: before, nodeOptions },
    },
    shapes: list('shapes').map(readShape),
  }
}

/** Such as `64x4`: pieces of 64 KiB, four peers. */
function readShape(name: string): Shape {
  const [kib, peers] = name.split('x').map(Number)
  if (!kib || !peers) throw new Error(`${name} is no shape such as 64x4`)
  return { name, pieceLength: kib * 1024, peers }
}
