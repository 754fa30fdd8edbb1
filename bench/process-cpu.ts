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
