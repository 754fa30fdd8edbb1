/** Full load on an idle server, in turn with a bare server that answers the same bytes. */
import { withMainThread } from '../process-cpu.ts'
import { figures, ratios, report } from '../report.ts'
import { startBareServer } from '../server.ts'
import { wrk, type Load } from '../wrk.ts'
import { parametersOf, type Stage } from './scenario.ts'

export interface IdleRead {
  readonly url: string
  /** Whether requests name the entity tag of the answer, so that they are answered by 304. */
  readonly conditional: boolean
}

/** `cpuUs`: what an answer takes of the server's first thread. */
type CostedLoad = Load & { readonly cpuUs: number }

const conditionalAnswerAtMost = 1024

/** Measures and prints one read. */
export async function measureIdle(stage: Stage, name: string, { url, conditional }: IdleRead): Promise<void> {
  const answer = await fetch(url)
  const body = new Uint8Array(await answer.arrayBuffer())
  const headers = conditional ? { 'If-None-Match': answer.headers.get('etag') ?? '' } : {}
  const bare = await startBareServer(body)
  try {
    const { connections, seconds, runs } = stage.options
    const load = async (to: string, pid: number): Promise<CostedLoad> => {
      const { done, cpuMs } = await withMainThread(pid, wrk({ url: to, headers, connections, seconds }))
      return { ...done, cpuUs: (cpuMs * 1000) / (done.rate * seconds) }
    }
    const ours: CostedLoad[] = []
    const theirs: CostedLoad[] = []
    for (let run = 0; run < runs; run += 1) {
      ours.push(await load(url, stage.pid))
      theirs.push(await load(bare.address, bare.pid))
    }
    if (conditional && ours.some(({ answerBytes }) => answerBytes > conditionalAnswerAtMost)) {
      throw new Error(`${url} was not answered by 304 throughout`)
    }
    const rates = (loads: readonly Load[]): number[] => loads.map(({ rate }) => rate)
    report('api', name, {
      ...parametersOf(stage),
      bodyBytes: body.length,
      ours: figures(ours),
      bare: figures(theirs),
      ratio: ratios(rates(ours), rates(theirs)),
    })
  } finally {
    await bare.stop()
  }
}
