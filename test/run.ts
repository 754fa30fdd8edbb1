/**
 * The program behind `npm test`: runs the checks and every test file in a process of its own, prints one
 * line for each and the output of those that fail, and ends with the totals. Arguments choose files by a
 * part of their path; `checks` chooses the checks. REQUIRE_INTEROP=1 makes a skipped interop test a failure.
 */
import { resolve } from 'node:path'
import { endAll, runNode } from './runner/child.ts'
import { jobs, type Job } from './runner/jobs.ts'
import { notRun, remark, sum, totalLine, type Counts } from './runner/result.ts'

const folder = resolve(import.meta.dirname, '..')
const atOnce = 2

async function run(job: Job): Promise<Counts> {
  const finished = await runNode(job.args, folder, job.deadlineMs)
  const counts = job.count(finished)
  const verdict = counts.failed > 0 ? 'FAIL' : 'ok  '
  console.log(`${verdict} ${job.name} (${totalLine(counts)}, ${finished.durationMs} ms)`)
  if (counts.failed > 0) console.log(finished.output.trimEnd())
  else for (const line of notRun(finished.output)) console.log(`     ${line}`)
  const why = job.kind === 'file' && remark(finished, job.deadlineMs)
  if (why) console.log(`     ${job.name}: ${why}`)
  return counts
}

async function runAll(queue: Job[], lanes: number): Promise<Counts[]> {
  const results: Counts[] = []
  const waiting = [...queue]
  const lane = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) results.push(await run(job))
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return results
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    endAll()
    process.exit(1)
  })
}

const all = jobs(folder, process.argv.slice(2), process.env['REQUIRE_INTEROP'] === '1')
if (all.length === 0) console.log('no test file matches')
const results = [
  ...(await runAll(
    all.filter((job) => job.parallel),
    atOnce,
  )),
  ...(await runAll(
    all.filter((job) => !job.parallel),
    1,
  )),
]
const total = sum(results)
console.log(totalLine(total))
process.exitCode = total.failed > 0 || all.length === 0 ? 1 : 0
