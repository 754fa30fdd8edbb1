import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs'

const probeBytes = 4096
/** What was refused may have been longer than what is there by this much. */
const beyond = 1024 * 1024

/**
 * Why nothing can be written where this file ends, or undefined where it can. SQLite keeps errno for itself: a
 * quota that is used up (`EDQUOT`) and a bound on the size of files (`EFBIG`) are to it what a broken disk is. What
 * is tried is a file beside it, which is removed: the store's own may not be opened, see data-dir-lock.ts.
 */
export function writeFault(path: string): unknown {
  const probe = `${path}.probe`
  const end = Math.max(sizeOf(path), sizeOf(`${path}-wal`)) + beyond
  try {
    const descriptor = openSync(probe, 'w', 0o600)
    try {
      writeSync(descriptor, Buffer.alloc(probeBytes, 1), 0, probeBytes, end)
    } finally {
      closeSync(descriptor)
    }
    return undefined
  } catch (error) {
    return error
  } finally {
    removeProbe(probe)
  }
}

function removeProbe(probe: string): void {
  try {
    rmSync(probe, { force: true })
  } catch {
    // it could not be made either, or the next one takes its place
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
