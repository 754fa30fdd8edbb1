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
const settleMs = 3000
/** A deadline says that something is never going to happen; a machine that is this many times slower is no failure. */
const patience = 3

/** A new suite named after the path it tests. */
export function suite(name: string): Test {
  const test = uvuSuite(name)
  test.after(async () => {
    removeTemporaryFolders()
    await assertNothingLeft()
  })
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

/** Polls until `probe` gives something other than undefined or false; rejects when that takes much longer than `ms`. */
export async function eventually<T>(
  ms: number,
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const end = Date.now() + ms * patience
  for (;;) {
    const value = await probe()
    if (value !== undefined && value !== false) return value
    if (Date.now() > end) throw new Error(`${what}: not within ${ms * patience} ms`)
    await new Promise((resolve) => setTimeout(resolve, 25))
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
