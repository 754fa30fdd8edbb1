/**
 * Whole transfers with our piece storage beside the engine's own (with its caches as it installs), in turns:
 * a download from a libtorrent seed and a seed for a libtorrent leecher, on loopback. All else is the same:
 * blocks are asked for, sent and taken by the code of sessions, which is lent what the engine's storage gives.
 * Every byte that arrived is compared. `synced` is ours with a checkpoint's sync after every 64 MiB, as
 * durable sessions have it. Prints one JSON line for each direction: MiB/s, CPU seconds of this process for each
 * GiB, and ours over theirs round by round. Needs libtorrent for Python. No round begins when its direction has
 * had half of `--seconds`, so that fewer than `--rounds` may be told.
 * `node bench/transfer.ts --size MiB --rounds N --seconds S --folder F`
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Wire } from 'webtorrent'
import { bytesBetween } from '../src/worker/session/resume/checkpointer.ts'
import { startLibtorrent } from '../test/peers/libtorrent.ts'
import type { DialingPeer } from '../test/peers/peer.ts'
import { makeMetainfo, writeFiles } from '../test/support/metainfo.ts'
import { flagsOf } from './flags.ts'
import { openEngineClient, type EngineClient } from './engine-client.ts'
import { figures, ratios, report, type Figure } from './report.ts'

const mib = 1024 * 1024
const deadlineMs = 120_000
const files = 20
const warmUps = 1
const names = ['ours', 'theirs', 'synced'] as const
type Name = (typeof names)[number]
type Run = Readonly<Record<'rate' | 'cpuPerGib', number>>

const { text, count } = flagsOf({
  size: ['128', 'MiB that each transfer moves'],
  rounds: ['5', 'rounds of each direction at most'],
  seconds: ['90', 'after which no round is begun'],
  folder: [tmpdir(), 'where all files are made'],
})
const size = count('size')
const length = size * mib
const made = makeMetainfo({
  name: 'content',
  pieceLength: mib,
  files: Array.from({ length: files }, (_, at) => ({
    path: `sub/${at}`,
    content: Math.floor(length / files),
  })),
})

const root = mkdtempSync(join(text('folder'), 'resttorrent-bench-'))
const torrent = join(root, 'content.torrent')
const whole = join(root, 'whole')
try {
  writeFileSync(torrent, made.bytes)
  writeFiles(whole, made)
  const seed = await startLibtorrent()
  try {
    await seed.add({ torrent }, whole)
    await seed.complete(deadlineMs)
    await measure('download', names, (name, target) => download(name, target, seed))
  } finally {
    await seed.stop()
  }
  await measure('seed', ['ours', 'theirs'], upload)
} finally {
  rmSync(root, { recursive: true })
}

async function measure(
  scenario: string,
  compared: readonly Name[],
  transfer: (name: Name, target: string) => Promise<Run>,
): Promise<void> {
  const measured: Record<Name, Run[]> = { ours: [], theirs: [], synced: [] }
  const mostRounds = count('rounds')
  const until = performance.now() + (count('seconds') * 1000) / 2
  const mayBegin = (round: number): boolean => round < mostRounds && (round <= 0 || performance.now() < until)
  for (let round = -warmUps; mayBegin(round); round += 1)
    for (const name of round % 2 === 0 ? compared : compared.toReversed()) {
      const target = join(root, 'target')
      const run = await transfer(name, target)
      compare(target)
      rmSync(target, { recursive: true })
      if (round >= 0) measured[name].push(run)
    }
  const runs = Object.fromEntries(compared.map((name) => [name, figures(measured[name])]))
  const ratioOf = (what: keyof Run): Figure =>
    ratios(
      measured.ours.map((run) => run[what]),
      measured.theirs.map((run) => run[what]),
    )
  const ratio = { rate: ratioOf('rate'), cpuPerGib: ratioOf('cpuPerGib') }
  report('transfer', scenario, { unit: 'MiB/s', mib: size, rounds: measured.ours.length, ...runs, ratio })
}

/** From when the seed lets us ask, which it may be half a second late with, until every piece is in its file. */
async function download(name: Name, target: string, seed: DialingPeer): Promise<Run> {
  const client = await open(name, target, false)
  try {
    const done = new Promise<void>((resolve) => client.torrent.once('done', resolve))
    if (name === 'synced') client.torrent.on('verified', () => void syncWhenDue(client))
    const served = new Promise<void>((resolve) =>
      client.torrent.on('wire', (wire: Wire) => wire.once('unchoke', resolve)),
    )
    client.torrent.addPeer(`${seed.host}:${seed.port}`)
    await served
    const finish = begin()
    await done
    if (name === 'synced') await client.store?.sync()
    return finish()
  } finally {
    await client.close()
  }
}

/** From the leecher's dial until it has checked every piece. */
async function upload(name: Name, target: string): Promise<Run> {
  const client = await open(name, whole, true)
  const leech = await startLibtorrent()
  try {
    await leech.add({ torrent }, target)
    const finish = begin()
    await leech.connect('127.0.0.1', client.port)
    await leech.complete(deadlineMs)
    return finish()
  } finally {
    await leech.stop()
    await client.close()
  }
}

async function open(name: Name, at: string, complete: boolean): Promise<EngineClient> {
  const storage = name === 'theirs' ? 'theirs' : 'ours'
  const client = await openEngineClient({ made, root: at, complete, storage })
  client.trade()
  return client
}

async function syncWhenDue({ store }: EngineClient): Promise<void> {
  if (store !== undefined && store.unsyncedBytes >= bytesBetween) await store.sync()
}

function compare(target: string): void {
  for (const { path, content } of made.files)
    if (!readFileSync(join(target, path)).equals(content)) throw new Error(`${path} arrived with other bytes`)
}

/** Its end gives what the transfer took since. */
function begin(): () => Run {
  const [startedAt, before] = [performance.now(), process.cpuUsage()]
  return () => {
    const { user, system } = process.cpuUsage(before)
    const moved = made.length / mib
    return {
      rate: moved / ((performance.now() - startedAt) / 1000),
      cpuPerGib: ((user + system) / 1e6 / moved) * 1024,
    }
  }
}
