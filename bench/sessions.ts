/**
 * What a session costs that does nothing: memory of the process, wall time until its port is bound, and CPU.
 * Beside it bare threads with the same sockets, and Transmission and qBittorrent as a process a session.
 * `node bench/sessions.ts [--sessions 100] [--torrents 0] [--runs 3] [--only ours,bare,transmission,qbittorrent]`
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Program } from '../test/peers/program.ts'
import { startQbittorrent } from '../test/peers/qbittorrent.ts'
import { startTransmission } from '../test/peers/transmission.ts'
import { addFinishedTorrents, seeding } from './finished-torrents.ts'
import { flagsOf } from './flags.ts'
import { cpuSeconds } from './process-cpu.ts'
import { memoryOf } from './process-memory.ts'
import { figure, figures, report } from './report.ts'
import { RestClient } from './rest-client.ts'
import { builtProgram, startServer } from './server.ts'

/**
 * Of one session: MiB, ms of wall time until it answers, and of CPU with all else that making it took; and of
 * the whole process the cores in use while nothing happens.
 */
type Cost = Readonly<Record<'rssMib' | 'pssMib' | 'ms' | 'cpuMs' | 'idleCpu', number>>

/** Until what was allocated on the way is given back. */
const restMs = 5000
const idleMs = 10_000
const threadsWithinMs = 120_000
/** Processes of another client: they are alike. */
const processes = 3

const { text, count, list } = flagsOf({
  sessions: ['100', 'sessions that do nothing'],
  torrents: ['0', 'finished torrents in each'],
  runs: ['3', 'runs of each, in turn'],
  only: ['ours,bare,transmission,qbittorrent', 'sessions, bare threads with their sockets, a process each'],
  program: [builtProgram, 'the server, such as another build of it'],
  'node-options': ['', 'options for Node of the server, as in --node-options=--cpu-prof'],
})
const [sessions, torrents, runs] = [count('sessions'), Number(text('torrents')), count('runs')]
const contestants: Readonly<Record<string, () => Promise<Cost>>> = {
  ours,
  bare,
  transmission: () => processEach(startTransmission),
  qbittorrent: () => processEach(startQbittorrent),
}

const names = list('only').filter((name) => Object.hasOwn(contestants, name))
const costs = new Map<string, Cost[]>(names.map((name) => [name, []]))
for (let run = 0; run < runs; run += 1)
  for (const name of names) {
    const cost = await contestants[name]?.()
    if (cost !== undefined) costs.get(name)?.push(cost)
  }
const sides = Object.fromEntries(Array.from(costs, ([name, all]) => [name, figures(all)]))
report('sessions', torrents === 0 ? 'idle' : 'with_torrents', { sessions, torrents, runs, ...sides })

async function ours(): Promise<Cost> {
  await using things = new AsyncDisposableStack()
  const nodeOptions = list('node-options', ' ')
  const root = mkdtempSync(join(tmpdir(), 'resttorrent-bench-'))
  things.defer(() => rmSync(root, { recursive: true }))
  const options = { program: text('program'), nodeOptions, root }
  const server = things.adopt(await startServer(options), (one) => one.stop())
  const client = new RestClient(server.address)
  return await costOf(server.pid, sessions, async () => {
    const tookMs: number[] = []
    for (let made = 0; made < sessions; made += 1) {
      const at = performance.now()
      const { id } = await client.createSession(`idle-${made}`, { dht: '1' })
      tookMs.push(performance.now() - at)
      if (torrents === 0) continue
      await addFinishedTorrents(client, { root, sessionId: id, count: torrents })
      await seeding(client, id, torrents)
    }
    const all = await client.sessions()
    if (all.length !== sessions || all.some(({ state }) => state !== 'running'))
      throw new Error('some do not run')
    return tookMs
  })
}

async function bare(): Promise<Cost> {
  let last = ''
  const program = new Program(process.execPath, [join(import.meta.dirname, 'bare-threads.ts')], {
    onLine: (line) => (last = line),
  })
  try {
    await program.until(threadsWithinMs, 'ready', () => last === 'ready' || undefined)
    return await costOf(program.pid, sessions, async () => {
      program.tell(String(sessions))
      await program.until(threadsWithinMs, 'all run', () => last.startsWith('[') || undefined)
      return JSON.parse(last) as number[]
    })
  } finally {
    await program.stop()
  }
}

async function processEach(start: () => Promise<{ pid: number; stop(): Promise<void> }>): Promise<Cost> {
  await using things = new AsyncDisposableStack()
  const [pids, tookMs]: [number[], number[]] = [[], []]
  for (let made = 0; made < processes; made += 1) {
    const at = performance.now()
    pids.push(things.adopt(await start(), (one) => one.stop()).pid)
    tookMs.push(performance.now() - at)
  }
  await setTimeout(restMs)
  const cpuMs = (cpuOf(pids) * 1000) / processes
  const cpu = await idleCpu(pids)
  const all = figures(pids.map((pid) => memoryOf(pid)))
  return {
    rssMib: all.rss.median,
    pssMib: all.pss.median,
    ms: figure(tookMs).median,
    cpuMs,
    idleCpu: cpu / processes,
  }
}

/** Divides what a process grew by among those that were made. */
async function costOf(pid: number, made: number, make: () => Promise<readonly number[]>): Promise<Cost> {
  await setTimeout(restMs)
  const [before, cpuBefore] = [memoryOf(pid), cpuOf([pid])]
  const tookMs = await make()
  const cpuMs = ((cpuOf([pid]) - cpuBefore) * 1000) / made
  await setTimeout(restMs)
  const cpu = await idleCpu([pid])
  const after = memoryOf(pid)
  return {
    rssMib: (after.rss - before.rss) / made,
    pssMib: (after.pss - before.pss) / made,
    ms: figure(tookMs).median,
    cpuMs,
    idleCpu: cpu,
  }
}

/** Cores in use, all processes together. */
async function idleCpu(pids: readonly number[]): Promise<number> {
  const [before, at] = [cpuOf(pids), performance.now()]
  await setTimeout(idleMs)
  return ((cpuOf(pids) - before) * 1000) / (performance.now() - at)
}

/** CPU seconds that processes took so far. */
function cpuOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)
}
