/**
 * Paced reads while two sessions download at full speed, in turn with the same while the thread of a third one
 * is in an endless loop: that session is to change nothing for others.
 */
import { startDownloads } from '../downloads.ts'
import { paced } from '../paced.ts'
import { figures, ratios, report } from '../report.ts'
import { listUrl, parametersOf, type Stage } from './scenario.ts'

const downloading = 2
/** Within which a thread that loops is not yet ended. */
const loopsForSeconds = 8

type Reads = Awaited<ReturnType<typeof paced>>

/** Measures and prints; the stage's server has to be the one that can be told to fail. */
export async function measureLooping(stage: Stage, name: string): Promise<void> {
  const { client, options, order } = stage
  await using things = new AsyncDisposableStack()
  things.adopt(await startDownloads(client, downloading), (all) => all.stop())
  const { connections, runs, pace } = options
  const seconds = Math.min(options.seconds, loopsForSeconds)
  const load = async (): Promise<Reads> =>
    await paced({ url: listUrl(stage), rate: pace, connections, seconds })
  await load() // warms up
  const [looping, usual]: [Reads[], Reads[]] = [[], []]
  for (let run = 0; run < runs; run += 1) {
    usual.push(await load())
    const { id } = await client.createSession(`loops-${run}`)
    order({ sessionId: id, fault: 'loop' })
    looping.push(await load())
    const { worker, state } = await client.session(id)
    if (state !== 'running' || worker.generation !== 1) throw new Error('the loop was over too soon')
    await client.deleteSession(id)
  }
  const p99s = (loads: readonly { readonly p99Ms: number }[]): number[] => loads.map(({ p99Ms }) => p99Ms)
  report('api', name, {
    ...parametersOf(stage),
    seconds,
    pace,
    downloading,
    looping: figures(looping),
    usual: figures(usual),
    p99Ratio: ratios(p99s(looping), p99s(usual)),
  })
}
