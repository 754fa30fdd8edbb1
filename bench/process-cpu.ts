import { readFileSync } from 'node:fs'

/** The kernel's unit of these times, the same on every Linux that Node runs on. */
const ticksPerSecond = 100

/** Seconds of CPU, user and system, that a process with all its threads took so far (Linux). */
export function cpuSeconds(pid: number): number {
  // the name before it may hold spaces, but no bracket follows it
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  const [user, system] = [Number(fields[11]), Number(fields[12])]
  return (user + system) / ticksPerSecond
}

/** Milliseconds of CPU that the first thread of a process, which is main's, took so far (Linux). */
export function mainThreadMs(pid: number): number {
  const [nanoseconds] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')
  return Number(nanoseconds) / 1e6
}

/** The result of some work, and what it took of a process's first thread. */
export async function withMainThread<T>(pid: number, work: Promise<T>): Promise<{ done: T; cpuMs: number }> {
  const before = mainThreadMs(pid)
  const done = await work
  return { done, cpuMs: mainThreadMs(pid) - before }
}
