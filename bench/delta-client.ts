/**
 * Asks for what changed since the last answer, again and again over one connection, in a process of its own, in turn
 * with a bare server that answers about as many bytes.
 * `node bench/delta-client.ts <url with a query> <bare url> <seconds>`
 */
import { setTimeout } from 'node:timers/promises'
import { HttpConnection } from './http-connection.ts'
import { percentiles } from './percentiles.ts'

const pauseMs = 10
const [address = '', bareAddress = '', seconds = ''] = process.argv.slice(2)

interface Update {
  readonly from?: string
  readonly revision: string
  readonly torrents?: readonly { readonly changed: readonly object[] }[]
}

const ours = await HttpConnection.open(new URL(address))
const bare = await HttpConnection.open(new URL(bareAddress))
let { revision } = JSON.parse(await ours.read()) as Update
const [latencies, bareLatencies]: [number[], number[]] = [[], []]
let [changed, bytes] = [0, 0]
const end = performance.now() + Number(seconds) * 1000
while (performance.now() < end) {
  const at = performance.now()
  const text = await ours.read(`&since=${revision}`)
  latencies.push(performance.now() - at)
  const update = JSON.parse(text) as Update
  if (update.from !== revision) throw new Error('what changed does not follow on the answer before')
  revision = update.revision
  changed += update.torrents?.[0]?.changed.length ?? 0
  bytes += text.length
  await setTimeout(pauseMs)
  const bareAt = performance.now()
  await bare.read()
  bareLatencies.push(performance.now() - bareAt)
  await setTimeout(pauseMs)
}
ours.close()
bare.close()
const reads = latencies.length
console.log(
  JSON.stringify({
    ...percentiles(latencies),
    bareP50Ms: percentiles(bareLatencies).p50Ms,
    changed: changed / reads,
    answerBytes: bytes / reads,
  }),
)
