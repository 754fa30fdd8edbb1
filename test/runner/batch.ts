/**
 * The program that runs several test files in one process, one after the other: `node batch.ts <file…>`. Each
 * must leave nothing to the next, or it fails. Where a file begins and ends is told by marks in the output.
 */
import { resolve } from 'node:path'
import { beginMark, endMark } from './batch-runs.ts'

interface Uvu {
  UVU_DEFER: number
  UVU_QUEUE: [name: string | null, ...suites: (() => Promise<unknown>)[]][]
}

const settleMs = 9000
const uvuGlobals = globalThis as unknown as Uvu
uvuGlobals.UVU_DEFER = 1 // uvu leaves it to us when suites are run
uvuGlobals.UVU_QUEUE = []
const { exec } = await import('uvu')
await import('zod') // it keeps things of its own in the globals

for (const file of process.argv.slice(2)) {
  console.log(beginMark(file))
  const startedAt = performance.now()
  const before = { cpu: process.cpuUsage(), ...traces() }
  process.exitCode = 0
  uvuGlobals.UVU_QUEUE.length = 0
  const suites: Uvu['UVU_QUEUE'][number] = [null]
  uvuGlobals.UVU_QUEUE.push(suites)
  await import(resolve(file))
  // without a suite there would be a summary of nothing
  if (suites.length > 1) await exec()
  const left = await leftBy(before)
  for (const it of left) console.log(`${file}: ${it}`)
  const { user, system } = process.cpuUsage(before.cpu)
  const durationMs = Math.round(performance.now() - startedAt)
  const cpuMs = Math.round((user + system) / 1000)
  const code = left.length > 0 ? 1 : process.exitCode
  console.log(endMark({ code, durationMs, cpuMs }))
  if (left.length > 0) process.exit(1) // the next ones get a process that is as new
}
process.exitCode = 0

/** What a file could leave to the next: open things and timers, and what belongs to the whole process. */
function traces(): { resources: string[]; state: string[] } {
  // a logger has one for the end of the process
  const events = process.eventNames().filter((name) => name !== 'exit')
  const listeners = events.map((name) => `${process.listenerCount(name)} ${String(name)}`)
  return {
    // this process's own output is one too, once something was printed
    resources: process.getActiveResourcesInfo().filter((kind) => kind !== 'PipeWrap'),
    state: [process.cwd(), JSON.stringify(process.env), ...Object.keys(globalThis), ...listeners],
  }
}

async function leftBy(before: ReturnType<typeof traces>): Promise<string[]> {
  const end = performance.now() + settleMs
  let after = traces()
  while (after.resources.length > before.resources.length && performance.now() < end) {
    await new Promise((done) => setTimeout(done, 20))
    after = traces()
  }
  const changed = after.state.filter((it) => !before.state.includes(it))
  return [
    ...(after.resources.length > before.resources.length
      ? [`left behind: ${after.resources.join(', ')}`]
      : []),
    ...(changed.length > 0 ? [`changed for the whole process: ${changed.join(', ')}`] : []),
  ]
}
