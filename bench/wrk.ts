/** Runs wrk: as many requests as its connections get answered, each sent when the one before is answered. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface WrkOptions {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly connections: number
  readonly seconds: number
}

/** What one run measured. wrk corrects its latencies for requests that it could not send in time. */
export interface Load {
  /** Answers per second. */
  readonly rate: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Bytes of an answer, its headers included. */
  readonly answerBytes: number
}

const script = join(import.meta.dirname, 'wrk-report.lua')
const graceMs = 10_000
const run = promisify(execFile)

/** Loads one URL on one thread. Rejects when wrk is missing or any request failed. */
export async function wrk({ url, headers = {}, connections, seconds }: WrkOptions): Promise<Load> {
  const args = [`-t1`, `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script]
  for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`)
  const { stdout } = await run('wrk', [...args, url], { timeout: seconds * 1000 + graceMs })
  const line = stdout.split('\n').find((each) => each.startsWith('{')) ?? '{}'
  const told = JSON.parse(line) as Record<string, number>
  const read = (name: string): number => told[name] ?? Number.NaN
  if (read('failures') !== 0 || !(read('requests') > 0)) throw new Error(`wrk ${url} failed:\n${stdout}`)
  return {
    rate: read('requests') / (read('duration') / 1e6),
    p50Ms: read('p50') / 1000,
    p99Ms: read('p99') / 1000,
    maxMs: read('max') / 1000,
    answerBytes: read('bytes') / read('requests'),
  }
}
