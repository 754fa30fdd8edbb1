/**
 * A uvu suite that fails when it leaves something behind: a thread, a socket, a child process or a
 * temporary folder that it made through `temporaryFolder`. Every test file ends with `.run()`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite as uvuSuite, type Test } from 'uvu'
import * as assert from 'uvu/assert'

const leakable = new Set([
  'MessagePort',
  'Worker',
  'TCPSocketWrap',
  'TCPServerWrap',
  'UDPWrap',
  'ProcessWrap',
])
const folders = new Set<string>()
const settleMs = 9000
/** A deadline says that something is never going to happen; a machine that is this many times slower is no failure. */
const patience = 3
/** Between two looks: short at first, since most waits are, and a part of a long wait. */
const [shortestPauseMs, longestPauseMs] = [10, 100]

/** A new suite named after the path it tests. */
export function suite(name: string): Test {
  const test = uvuSuite(name)
  const run = test.run.bind(test)
  test.run = () => {
    // after what the suite itself does at its end
    test.after(async () => {
      removeTemporaryFolders()
      await assertNothingLeft()
    })
    run()
  }
  return test
}

/** A fresh folder that is removed when the suite ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'resttorrent-test-'))
  folders.add(folder)
  return folder
}

/** Removes every folder of `temporaryFolder` that is left; a suite does it by itself. */
export function removeTemporaryFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  folders.clear()
}

/** Rejects when `promise` takes much longer than `ms`, which is ample at rest; the message says what was waited for. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms * patience} ms`)), ms * patience)
  })
  return await Promise.race([promise, deadline]).finally(() => clearTimeout(timer))
}

/** Polls, less often as time goes by, until `probe` gives something other than undefined or false; rejects when that takes much longer than `ms`. */
export async function eventually<T>(
  ms: number,
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const startedAt = performance.now()
  for (;;) {
    const askedAt = performance.now()
    const value = await probe()
    if (value !== undefined && value !== false) return value
    const now = performance.now()
    if (now - startedAt > ms * patience) throw new Error(`${what}: not within ${ms * patience} ms`)
    // whoever looks for most of the time takes the machine from what it waits for
    const pauseMs = Math.max(shortestPauseMs, 2 * (now - askedAt), (now - startedAt) / 10)
    await new Promise((resolve) => setTimeout(resolve, Math.min(longestPauseMs, pauseMs)))
  }
}

async function assertNothingLeft(): Promise<void> {
  const end = Date.now() + settleMs
  for (;;) {
    const left = process.getActiveResourcesInfo().filter((kind) => leakable.has(kind))
    if (left.length === 0) return
    if (Date.now() > end) assert.unreachable(`left behind: ${left.join(', ')}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
