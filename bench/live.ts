/**
 * Many Socket.IO clients that each follow all sessions while a part of the torrents changes each second, by
 * labels that callers give them: how long after the answer of a change each client hears of it while lists are
 * read at a fixed rate, and what a client takes of the server's memory. `node bench/live.ts --help`
 */
import { setTimeout } from 'node:timers/promises'
import { flagsOf } from './flags.ts'
import { deliveryOf, heardBy } from './live/delivery.ts'
import { startFollowing, type FollowingClients } from './live/following.ts'
import { changeLabels, type Change, type ChangedTorrent } from './live/label-changes.ts'
import { paced } from './paced.ts'
import { cpuSeconds } from './process-cpu.ts'
import { memoryOf } from './process-memory.ts'
import { figure, figures, report } from './report.ts'
import { RestClient } from './rest-client.ts'
import { builtProgram, startServer } from './server.ts'
import { addStoppedTorrents } from './stopped-torrents.ts'

const flags = flagsOf({
  only: ['even,burst,memory', 'changes spread over each second, or all at its beginning; memory of a client'],
  sessions: ['20', 'sessions'],
  torrents: ['100', 'stopped torrents in each'],
  clients: ['100', 'clients that each follow all of it'],
  crowd: ['300', 'more clients, whose memory is measured'],
  processes: ['2', 'processes that the clients are in'],
  changes: ['10', 'percent of the torrents that change each second'],
  interval: ['250', 'interval_ms that the clients ask for'],
  pace: ['200', 'lists of one session that are read each second meanwhile'],
  seconds: ['5', 'length of a run'],
  runs: ['3', 'runs of each'],
  program: [builtProgram, 'the server, such as another build of it'],
  'node-options': ['', 'options for Node of the server, as in --node-options=--cpu-prof'],
})

const sampleMs = 200
/** Longer than the last update may take. */
const settleMs = 1500

/** The server with everything that is followed. */
interface Stage {
  readonly pid: number
  readonly client: RestClient
  readonly torrents: readonly ChangedTorrent[]
  readonly follow: (clients: number) => Promise<FollowingClients>
  readonly change: (isBurst: boolean) => Promise<Map<number, Change>>
}

for (const name of flags.list('only')) await run(name, flags)

async function run(name: string, { all, text, count, list }: typeof flags): Promise<void> {
  await using things = new AsyncDisposableStack()
  const options = { program: text('program'), nodeOptions: list('node-options', ' ') }
  const server = things.adopt(await startServer(options), (one) => one.stop())
  const client = new RestClient(server.address)
  const torrents = await fill(client, count('sessions'), count('torrents'))
  const perSecond = Math.round((torrents.length * count('changes')) / 100)
  const [seconds, processes, intervalMs] = [count('seconds'), count('processes'), count('interval')]
  let from = 0
  const stage: Stage = {
    pid: server.pid,
    client,
    torrents,
    follow: async (clients) =>
      things.use(await startFollowing(server.address, { clients, processes, intervalMs })),
    change: async (isBurst) => {
      const pace = { perSecond, seconds, isBurst, from }
      from += perSecond * seconds
      return await changeLabels(client, torrents, pace)
    },
  }
  const [clients, runs] = [count('clients'), count('runs')]
  const measured =
    name === 'memory'
      ? await memory(stage, clients, count('crowd'))
      : await delivery(stage, clients, runs, name === 'burst', { rate: count('pace'), seconds })
  report('live', name, { ...all, perSecond, ...measured })
}

async function delivery(
  { pid, client, torrents, follow, change }: Stage,
  clients: number,
  runs: number,
  isBurst: boolean,
  reads: { readonly rate: number; readonly seconds: number },
): Promise<object> {
  const following = await follow(clients)
  const url = client.listUrl(torrents[0]?.sessionId ?? '')
  const done: { readonly changes: Map<number, Change>; readonly told: Record<string, number> }[] = []
  await change(isBurst) // warms up
  for (let made = 0; made < runs; made += 1) {
    const [cpu, at] = [cpuSeconds(pid), performance.now()]
    const [changes, rest] = await Promise.all([change(isBurst), paced({ url, connections: 8, ...reads })])
    const serverCores = ((cpuSeconds(pid) - cpu) * 1000) / (performance.now() - at)
    const { p50Ms: restP50Ms, p99Ms: restP99Ms, maxMs: restMaxMs } = rest
    done.push({ changes, told: { restP50Ms, restP99Ms, restMaxMs, serverCores } })
  }
  await setTimeout(settleMs)
  const reports = await heardBy(following, client, torrents)
  return figures(done.map(({ changes, told }) => ({ ...deliveryOf(changes, reports, clients), ...told })))
}

/** What the server grows by with each client of a crowd that comes to those that follow already. */
async function memory(
  { pid, follow, change }: Stage,
  clients: number,
  crowd: number,
): Promise<Record<string, number>> {
  await follow(clients)
  await change(false)
  const before = await memoryDuring(pid, change(false))
  await follow(crowd)
  await change(false)
  const after = await memoryDuring(pid, change(false))
  return { beforeMib: before, afterMib: after, kibPerClient: ((after - before) * 1024) / crowd }
}

/** The median of the server's memory in MiB while something goes on. */
async function memoryDuring(pid: number, work: Promise<unknown>): Promise<number> {
  const samples: number[] = []
  const timer = setInterval(() => samples.push(memoryOf(pid).rss), sampleMs)
  await work.finally(() => clearInterval(timer))
  return figure(samples).median
}

/** Sessions with torrents; those that follow each other in the list are of different sessions. */
async function fill(client: RestClient, sessions: number, torrents: number): Promise<ChangedTorrent[]> {
  const ids: string[] = []
  for (let made = 0; made < sessions; made += 1) ids.push((await client.createSession(`live-${made}`)).id)
  await addStoppedTorrents(client, ids, torrents)
  const [first = ''] = ids
  const hashes = (await client.torrents(first)).map(({ info_hash }) => info_hash)
  return hashes.flatMap((infoHash) => ids.map((sessionId) => ({ sessionId, infoHash })))
}
