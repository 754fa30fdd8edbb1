/**
 * A long list of which a part changes each second, by labels that callers give one by one: the whole list under
 * full load, in turn with a bare server that answers the same bytes, and reads of what changed since the last.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { changeLabels } from '../live/label-changes.ts'
import { withMainThread } from '../process-cpu.ts'
import type { Percentiles } from '../percentiles.ts'
import { figures, ratios, report } from '../report.ts'
import { startBareServer } from '../server.ts'
import { wrk, type Load } from '../wrk.ts'
import { listUrl, parametersOf, type Stage } from './scenario.ts'

const changesPercent = 1
const deltaClient = join(import.meta.dirname, '../delta-client.ts')
const graceMs = 30_000
const run = promisify(execFile)

/** Measures and prints. */
export async function measureChanging(stage: Stage, name: string): Promise<void> {
  const { client, pid, sessionIds, options } = stage
  const { connections, seconds, runs } = options
  const [sessionId = ''] = sessionIds
  const url = listUrl(stage)
  const body = new Uint8Array(await (await fetch(url)).arrayBuffer())
  const torrents = (await client.torrents(sessionId)).map(({ info_hash: infoHash }) => ({
    sessionId,
    infoHash,
  }))
  const perSecond = Math.ceil((torrents.length * changesPercent) / 100)
  let from = 0
  const change = async (): Promise<void> => {
    const first = from
    from += perSecond * seconds
    await changeLabels(client, torrents, { perSecond, seconds, isBurst: false, from: first })
  }
  const whileChanging = async <T>(measured: Promise<T>, of = pid): Promise<{ done: T; cpuMs: number }> => {
    const { done, cpuMs } = await withMainThread(of, Promise.all([measured, change()]))
    return { done: done[0], cpuMs }
  }
  await using things = new AsyncDisposableStack()
  const bare = things.adopt(await startBareServer(body), (server) => server.stop())
  const updates = `${client.address}/v1/updates?topic=torrents&session_id=${sessionId}`
  const update = new Uint8Array(
    await (await fetch(`${updates}&since=${await revisionOf(updates)}`)).arrayBuffer(),
  )
  const small = things.adopt(await startBareServer(update), (server) => server.stop())
  const [ours, theirs, deltas]: [CostedLoad[], CostedLoad[], DeltaReads[]] = [[], [], []]
  for (let run = 0; run < runs; run += 1) {
    const changesMs = (await withMainThread(pid, change())).cpuMs
    const mine = await whileChanging(wrk({ url, connections, seconds }))
    ours.push(costed(mine.done, mine.cpuMs - changesMs, seconds))
    const bares = await whileChanging(wrk({ url: bare.address, connections, seconds }), bare.pid)
    theirs.push(costed(bares.done, bares.cpuMs, seconds))
    deltas.push((await whileChanging(readDeltas(updates, small.address, seconds))).done)
  }
  const rates = (loads: readonly Load[]): number[] => loads.map(({ rate }) => rate)
  report('api', name, {
    ...parametersOf(stage),
    torrents: torrents.length,
    changesPerSecond: perSecond,
    bodyBytes: body.length,
    ours: figures(ours),
    bare: figures(theirs),
    ratio: ratios(rates(ours), rates(theirs)),
    delta: figures(deltas),
  })
}

/** `cpuUs`: what an answer takes of the server's first thread, without what the changes take by themselves. */
type CostedLoad = Load & { readonly cpuUs: number }

function costed(load: Load, cpuMs: number, seconds: number): CostedLoad {
  return { ...load, cpuUs: (cpuMs * 1000) / (load.rate * seconds) }
}

/** `changed`: torrents in an answer, on average; `bareP50Ms`: of a few bytes from a bare server, in turn. */
type DeltaReads = Percentiles & Readonly<Record<'changed' | 'answerBytes' | 'bareP50Ms', number>>

async function revisionOf(url: string): Promise<string> {
  return ((await (await fetch(url)).json()) as { revision: string }).revision
}

/** What a reader of deltas in a process of its own saw. */
async function readDeltas(url: string, bareUrl: string, seconds: number): Promise<DeltaReads> {
  const args = [deltaClient, url, bareUrl, String(seconds)]
  const { stdout } = await run(process.execPath, args, { timeout: seconds * 1000 + graceMs })
  return JSON.parse(stdout) as DeltaReads
}
