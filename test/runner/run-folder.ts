/**
 * The folders that runs get for their temporary files. Each carries the pid of its runner in its name, so that
 * the next runner finds what one left that was killed.
 */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders = new Set<string>()

/** A fresh folder for one run, which also those may enter that give up their user, as trackers do. */
export function makeRunFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), `resttorrent-run-${process.pid}-`))
  chmodSync(folder, 0o711)
  folders.add(folder)
  return folder
}

/** Removes the folder of a run that has ended, with all that is in it. */
export function removeRunFolder(folder: string): void {
  folders.delete(folder)
  remove(folder)
}

/** Removes the folders of all runs. */
export function removeRunFolders(): void {
  for (const folder of folders) removeRunFolder(folder)
}

/** Removes the folders of runners that are no more. */
export function removeOrphans(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^resttorrent-run-(\d+)-/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) remove(join(tmpdir(), name))
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  } catch {
    // a folder that this user may not empty stays; nothing of a later run lies in it
  }
}
