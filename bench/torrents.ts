/**
 * Many finished torrents in one session that nobody asks for: how fast they are added, what each takes of
 * memory, what all take of the CPU, and how long a stop and a start take.
 * `node bench/torrents.ts [--torrents 10000] [--runs 3]`
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { addFinishedTorrents, seeding } from './finished-torrents.ts'
import { flagsOf } from './flags.ts'
import { cpuSeconds } from './process-cpu.ts'
import { memoryOf } from './process-memory.ts'
import { figures, report } from './report.ts'
import { RestClient } from './rest-client.ts'
import { builtProgram, startServer, type RunningServer } from './server.ts'

/** `stopMs`: from the signal to the end of the process; `listedMs`, `seedingMs`: from the start of one. */
type Run = Readonly<
  Record<
    | 'addsPerSecond'
    | 'checkedMs'
    | 'rssKibEach'
    | 'pssKibEach'
    | 'idleCpu'
    | 'stopMs'
    | 'listedMs'
    | 'seedingMs',
    number
  >
>

const restMs = 10_000
const idleMs = 20_000
const stopWithinMs = 60_000

const { text, count, list } = flagsOf({
  torrents: ['10000', 'finished torrents in one session'],
  runs: ['3', 'runs, each with a server and folders of its own'],
  rest: ['75', 'seconds from the last check to the look at CPU and memory: torrents are dormant after 60'],
  program: [builtProgram, 'the server, such as another build of it'],
  'node-options': ['', 'options for Node of the server, as in --node-options=--cpu-prof'],
})
const [torrents, runs] = [count('torrents'), count('runs')]
const all: Run[] = []
for (let run = 0; run < runs; run += 1) all.push(await measure())
report('torrents', 'finished', { torrents, runs, ...figures(all) })

async function measure(): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'resttorrent-bench-'))
  const root = join(folder, 'root')
  mkdirSync(root)
  const start = (): Promise<RunningServer> =>
    startServer({
      program: text('program'),
      nodeOptions: list('node-options', ' '),
      root,
      data: join(folder, 'data'),
      graceMs: stopWithinMs,
    })
  try {
    const first = await fill(await start(), root)
    const at = performance.now()
    const again = await start()
    try {
      const client = new RestClient(again.address)
      const [session] = await client.sessions()
      const sessionId = session?.id ?? ''
      if ((await client.torrents(sessionId)).length !== torrents) throw new Error('some are not listed')
      const listedMs = performance.now() - at
      await seeding(client, sessionId, torrents)
      return { ...first, listedMs, seedingMs: performance.now() - at }
    } finally {
      await again.stop()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function fill(server: RunningServer, root: string): Promise<Omit<Run, 'listedMs' | 'seedingMs'>> {
  try {
    const client = new RestClient(server.address)
    const { id: sessionId } = await client.createSession('many', { memory_only: '0' })
    await addFinishedTorrents(client, { root, sessionId, count: 1, from: torrents })
    await seeding(client, sessionId, 1)
    await setTimeout(restMs)
    const before = memoryOf(server.pid)
    const at = performance.now()
    const addsPerSecond = await addFinishedTorrents(client, { root, sessionId, count: torrents - 1 })
    await seeding(client, sessionId, torrents)
    const checkedMs = performance.now() - at
    await setTimeout(count('rest') * 1000)
    const [cpu, from] = [cpuSeconds(server.pid), performance.now()]
    await setTimeout(idleMs)
    const idleCpu = ((cpuSeconds(server.pid) - cpu) * 1000) / (performance.now() - from)
    const after = memoryOf(server.pid)
    const stopAt = performance.now()
    await server.stop()
    return {
      addsPerSecond,
      checkedMs,
      rssKibEach: ((after.rss - before.rss) * 1024) / torrents,
      pssKibEach: ((after.pss - before.pss) * 1024) / torrents,
      idleCpu,
      stopMs: performance.now() - stopAt,
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}
