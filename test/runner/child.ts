/**
 * One program run by the test runner, in a process group and a folder for temporary files of its own, so that
 * whatever it started or wrote ends with it: after its exit, at its deadline, and when the runner itself is told
 * to stop.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { makeRunFolder, removeRunFolder, removeRunFolders } from './run-folder.ts'

/**
 * What a finished run left: `code` is null when it was ended from outside, at its deadline for one. `cpuMs` is
 * the time of all its processes that ended before it, in user and system; 0 where it was ended from outside.
 */
export interface Finished {
  code: number | null
  timedOut: boolean
  output: string
  durationMs: number
  cpuMs: number
}

/** Runs the rest of its arguments with one stream for all output, and tells what that cost as number 3. */
const timedRun = '"$@" 2>&1 3>&-; code=$?; times >&3; exit $code'
const groups = new Set<number>()

/** Runs Node with these arguments in `folder` and never rejects; at the deadline the whole group is killed. */
export async function runNode(args: string[], folder: string, deadlineMs: number): Promise<Finished> {
  const startedAt = Date.now()
  const { FORCE_COLOR: _, ...env } = process.env
  const temporary = makeRunFolder()
  const child = spawn('/bin/sh', ['-c', timedRun, 'sh', process.execPath, ...args], {
    cwd: folder,
    detached: true,
    // hundreds of short runs read the same sources: compiled once, they cost a third less
    env: {
      NODE_COMPILE_CACHE: join(folder, 'node_modules/.cache/compile'),
      ...env,
      NO_COLOR: '1',
      TMPDIR: temporary,
    },
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  })
  const group = child.pid
  const [, stdout, , fourth] = child.stdio
  const output = collected(stdout)
  const times = collected(fourth)
  child.on('error', (error) => output.push(Buffer.from(`cannot start: ${error.message}\n`)))
  // What it left running holds its output open: `close` comes only when that is ended too.
  child.on('exit', () => endGroup(group))
  if (group !== undefined) groups.add(group)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    endGroup(group)
  }, deadlineMs)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearTimeout(timer)
  removeRunFolder(temporary)
  return {
    code,
    timedOut,
    output: Buffer.concat(output).toString(),
    durationMs: Date.now() - startedAt,
    cpuMs: cpuMs(Buffer.concat(times).toString()),
  }
}

/** Ends every run that is still going, with all that it started and its temporary files. */
export function endAll(): void {
  for (const group of groups) endGroup(group)
  removeRunFolders()
}

function collected(stream: unknown): Buffer[] {
  const parts: Buffer[] = []
  if (stream instanceof Readable) stream.on('data', (bytes: Buffer) => parts.push(bytes))
  return parts
}

/** The sum of the shell's `times`: user and system of itself, then of what it ran, as `0m1.25s`. */
function cpuMs(times: string): number {
  let sum = 0
  for (const [, minutes, seconds] of times.matchAll(/(\d+)m([\d.]+)s/g)) {
    sum += Number(minutes) * 60_000 + Number(seconds) * 1000
  }
  return Math.round(sum)
}

function endGroup(group: number | undefined): void {
  if (group === undefined || !groups.delete(group)) return
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // Nothing of it is left, which is the usual case after an exit.
  }
}
