/**
 * One program run by the test runner, in a process group of its own, so that whatever it started ends
 * with it: after its exit, at its deadline, and when the runner itself is told to stop.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** What a finished run left: `code` is null when it was ended from outside, at its deadline for one. */
export interface Finished {
  code: number | null
  timedOut: boolean
  output: string
  durationMs: number
}

const groups = new Set<number>()

/** Runs Node with these arguments in `folder` and never rejects; at the deadline the whole group is killed. */
export async function runNode(args: string[], folder: string, deadlineMs: number): Promise<Finished> {
  const startedAt = Date.now()
  const { FORCE_COLOR: _, ...env } = process.env
  const child = spawn(process.execPath, args, {
    cwd: folder,
    detached: true,
    // hundreds of short runs read the same sources: compiled once, they cost a third less
    env: { NODE_COMPILE_CACHE: join(folder, 'node_modules/.cache/compile'), ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const group = child.pid
  const output: Buffer[] = []
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes))
  child.stderr.on('data', (bytes: Buffer) => output.push(bytes))
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
  return { code, timedOut, output: Buffer.concat(output).toString(), durationMs: Date.now() - startedAt }
}

/** Ends every run that is still going, with all that it started. */
export function endAll(): void {
  for (const group of groups) endGroup(group)
}

function endGroup(group: number | undefined): void {
  if (group === undefined || !groups.delete(group)) return
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // Nothing of it is left, which is the usual case after an exit.
  }
}
