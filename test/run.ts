/**
 * The program behind `npm test`: runs some test files at a time, prints one line for each and the output of
 * those that fail, then which cost most, and ends with the totals. Arguments choose files by a part of their
 * path; `checks` chooses the checks, `all` everything. REQUIRE_INTEROP=1 makes a skipped interop test a failure.
 * RERUN_FAILED=1 runs test files that failed once more, with nothing beside them: what passes then is printed as
 * unsteady, with its failure above, and is no failure of the whole. A fault that shows by chance stays a fault.
 */
import { resolve } from 'node:path'
import { endAll, type Finished } from './runner/child.ts'
import { jobs, type Job } from './runner/jobs.ts'
import { mostExpensive, notRun, remark, sum, totalLine, type Counts } from './runner/result.ts'
import { removeOrphans } from './runner/run-folder.ts'

const folder = resolve(import.meta.dirname, '..')
/** Files wait more than they compute, and checks do not wait: five of the one, or three of both. */
const [filesAtOnce, allAtOnce] = [5, 3]

/** One line of the report, with what has to be said of it. */
interface Result extends Counts {
  name: string
  kind: Job['kind']
  cpuMs: number
}

async function run(job: Job): Promise<Result[]> {
  const runs = await job.run()
  return runs.map((finished, i) => report(job, job.names[i] ?? '', finished))
}

function report(job: Job, name: string, finished: Finished): Result {
  const counts = job.count(finished)
  const { durationMs, cpuMs } = finished
  const verdict = counts.failed > 0 ? 'FAIL' : 'ok  '
  console.log(`${verdict} ${name} (${totalLine(counts)}, ${durationMs} ms)`)
  if (counts.failed > 0) console.log(finished.output.trimEnd())
  else for (const line of notRun(finished.output)) console.log(`     ${line}`)
  const why = job.kind === 'file' && remark(finished, job.deadlineMs)
  if (why) console.log(`     ${name}: ${why}`)
  return { ...counts, name, kind: job.kind, cpuMs }
}

async function runAll(queue: Job[], lanes: number): Promise<Result[]> {
  const results: Result[] = []
  const waiting = [...queue]
  const lane = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) results.push(...(await run(job)))
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return results
}

/** The result of a second run in the place of each file that failed in the first. */
async function withSecondRuns(first: Result[]): Promise<Result[]> {
  const results: Result[] = []
  for (const result of first) {
    const isFinal = result.failed === 0 || result.kind === 'check'
    const last = isFinal ? [result] : await runAll(jobs(folder, [result.name], requireInterop), 1)
    if (!isFinal && sum(last).failed === 0) console.log(`unsteady: ${result.name} failed, and passed alone`)
    results.push(...last)
  }
  return results
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    endAll()
    process.exit(1)
  })
}

removeOrphans()
const requireInterop = process.env['REQUIRE_INTEROP'] === '1'
const all = jobs(folder, process.argv.slice(2), requireInterop)
if (all.length === 0) console.log('no test file matches')
const first = [
  ...(await runAll(
    all.filter((job) => job.parallel),
    all.some((job) => job.kind === 'check') ? allAtOnce : filesAtOnce,
  )),
  ...(await runAll(
    all.filter((job) => !job.parallel),
    1,
  )),
]
for (const line of mostExpensive(first)) console.log(line)
const results = process.env['RERUN_FAILED'] === '1' ? await withSecondRuns(first) : first
const total = sum(results)
console.log(totalLine(total))
process.exitCode = total.failed > 0 || all.length === 0 ? 1 : 0
