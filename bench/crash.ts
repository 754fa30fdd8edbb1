/**
 * One of many sessions throws, or loops for ever, while two others download and lists of another are read at a
 * fixed rate: what that does to these reads, in turn with the same without a fault, and how long it takes until
 * the session runs again and all its torrents seed. `node bench/crash.ts --help`
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startDownloads } from './downloads.ts'
import { addFinishedTorrents, seeding } from './finished-torrents.ts'
import { flagsOf } from './flags.ts'
import { paced } from './paced.ts'
import { figure, figures, report } from './report.ts'
import { RestClient } from './rest-client.ts'
import { faultyProgram, startServer } from './server.ts'

const flags = flagsOf({
  only: ['throw,loop', 'the faults'],
  sessions: ['16', 'sessions, with those that fail and the two that download'],
  torrents: ['100', 'finished torrents in each but those that download'],
  pace: ['200', 'lists of a session that are read each second'],
  runs: ['2', 'runs of each fault, each in another session'],
  'node-options': ['', 'options for Node of the server, as in --node-options=--cpu-prof'],
})

const downloading = 2
/** Until a fault, and how long lists are read from before it until it is over. */
const beforeMs = 1000
const secondsOf: Readonly<Record<string, number>> = { throw: 5, loop: 13 }
const backWithinMs = 60_000
const lookMs = 5

await bench(flags)

async function bench({ all, count, list }: typeof flags): Promise<void> {
  await using things = new AsyncDisposableStack()
  const root = mkdtempSync(join(tmpdir(), 'resttorrent-bench-'))
  things.defer(() => rmSync(root, { recursive: true, force: true }))
  const options = { program: faultyProgram, nodeOptions: list('node-options', ' '), root }
  const server = things.adopt(await startServer(options), (one) => one.stop())
  const client = new RestClient(server.address)
  const [runs, torrents, faults] = [count('runs'), count('torrents'), list('only')]
  const ids: string[] = []
  for (let made = 0; made < Math.max(count('sessions') - downloading, runs * faults.length + 1); made += 1) {
    const { id } = await client.createSession(`session-${made}`)
    await addFinishedTorrents(client, { root, sessionId: id, count: torrents })
    await seeding(client, id, torrents)
    ids.push(id)
  }
  things.adopt(await startDownloads(client, downloading), (downloads) => downloads.stop())
  const url = client.listUrl(ids.pop() ?? '')
  for (const fault of faults) {
    const seconds = secondsOf[fault] ?? 5
    const read = async () => await paced({ url, rate: count('pace'), connections: 8, seconds })
    const done: Readonly<Record<string, number>>[] = []
    const without: Readonly<Record<string, number>>[] = []
    for (let run = 0; run < runs; run += 1) {
      const faulty = ids.pop() ?? ''
      // what a thread loads to hear its first order is no part of the fault
      server.tell(JSON.stringify({ sessionId: faulty, fault: 'silent', ms: 0 }))
      without.push(await read())
      const back = setTimeout(beforeMs).then(async () => {
        server.tell(JSON.stringify({ sessionId: faulty, fault }))
        return await untilBack(client, faulty, torrents)
      })
      const [reads, times] = await Promise.all([read(), back])
      done.push({ ...reads, ...times })
    }
    const moreP99Ms = figure(done.map(({ p99Ms = NaN }, run) => p99Ms - (without[run]?.['p99Ms'] ?? NaN)))
    report('crash', fault, { ...all, moreP99Ms, ...figures(done), withoutFault: figures(without) })
  }
}

/** From now until the session runs in another generation, and until all its torrents seed again. */
async function untilBack(
  client: RestClient,
  sessionId: string,
  torrents: number,
): Promise<Record<'runningMs' | 'seedingMs', number>> {
  const at = performance.now()
  const { generation } = (await client.session(sessionId)).worker
  const look = async (): Promise<boolean> => {
    const { state, worker } = await client.session(sessionId)
    return state === 'running' && worker.generation > generation
  }
  while (!(await look())) {
    if (performance.now() - at > backWithinMs) throw new Error(`the session is not back`)
    await setTimeout(lookMs)
  }
  const runningMs = performance.now() - at
  await seeding(client, sessionId, torrents)
  return { runningMs, seedingMs: performance.now() - at }
}
