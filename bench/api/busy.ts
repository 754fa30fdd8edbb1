/**
 * Paced reads while two sessions download at full speed, in turn with a bare server on the same busy
 * machine: what the bare server needs is what the scheduler takes.
 */
import { startDownloads } from '../downloads.ts'
import { paced } from '../paced.ts'
import { figure, figures, ratios, report } from '../report.ts'
import { startBareServer } from '../server.ts'
import type { Load } from '../wrk.ts'
import { parametersOf, type Stage } from './scenario.ts'

const downloading = 2
const mib = 1024 ** 2

/** Measures and prints one read. */
export async function measureBusy(stage: Stage, name: string, url: string): Promise<void> {
  const body = new Uint8Array(await (await fetch(url)).arrayBuffer())
  await using things = new AsyncDisposableStack()
  const bare = things.adopt(await startBareServer(body), (server) => server.stop())
  const downloads = things.adopt(await startDownloads(stage.client, downloading), (all) => all.stop())
  const { connections, seconds, runs, pace } = stage.options
  const load = (to: string): Promise<Omit<Load, 'answerBytes'>> =>
    paced({ url: to, rate: pace, connections, seconds })
  const ours: Omit<Load, 'answerBytes'>[] = []
  const theirs: Omit<Load, 'answerBytes'>[] = []
  const transfer: number[] = []
  for (let run = 0; run < runs; run += 1) {
    downloads.rateSinceLast()
    ours.push(await load(url))
    transfer.push(downloads.rateSinceLast() / mib)
    theirs.push(await load(bare.address))
  }
  const p99s = (loads: readonly Pick<Load, 'p99Ms'>[]): number[] => loads.map(({ p99Ms }) => p99Ms)
  report('api', name, {
    ...parametersOf(stage),
    pace,
    downloading,
    bodyBytes: body.length,
    downloadMibPerSecond: figure(transfer),
    ours: figures(ours),
    bare: figures(theirs),
    p99Ratio: ratios(p99s(ours), p99s(theirs)),
  })
}
