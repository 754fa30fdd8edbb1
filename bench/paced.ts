/** Runs the paced client: a fixed number of requests each second, whether answers keep up or not. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Load } from './wrk.ts'

export interface PacedOptions {
  readonly url: string
  /** Requests per second. */
  readonly rate: number
  readonly connections: number
  readonly seconds: number
}

const program = join(import.meta.dirname, 'paced-client.ts')
const graceMs = 30_000
const run = promisify(execFile)

/** One run. Rejects when an answer is not a 200 or none comes. */
export async function paced(options: PacedOptions): Promise<Omit<Load, 'answerBytes'>> {
  const { url, rate, connections, seconds } = options
  const args = [program, url, String(rate), String(connections), String(seconds)]
  const { stdout } = await run(process.execPath, args, { timeout: seconds * 1000 + graceMs })
  return JSON.parse(stdout) as Omit<Load, 'answerBytes'>
}
