/** Small disks that are full, read-only or refuse a change, where this user may make them. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './suite.ts'

/** A file system in memory, mounted on a folder. */
export interface SmallDisk extends Disposable {
  /** Mounts it again with other options, such as `ro` or `size=1m`. */
  remount(options: string): void
}

/** Whether this user may mount; elsewhere the tests that need it are left out. */
export const canMount = attempt(() => mountSmallDisk(join(temporaryFolder(), 'disk'), 'size=64k'))
/** Whether this user may make a folder immutable here. */
export const canFreeze = attempt(() => freeze(temporaryFolder()))

/** Makes the folder and mounts a new disk on it. */
export function mountSmallDisk(folder: string, options: string): SmallDisk {
  mkdirSync(folder, { recursive: true })
  run('mount', '-t', 'tmpfs', '-o', options, 'none', folder)
  return {
    remount: (changed) => run('mount', '-o', `remount,${changed}`, folder),
    [Symbol.dispose]: () => run('umount', '-l', folder),
  }
}

/** Has a folder be at another path, too, which is made. */
export function bindFolder(folder: string, at: string): Disposable {
  mkdirSync(at, { recursive: true })
  run('mount', '--bind', folder, at)
  return { [Symbol.dispose]: () => run('umount', '-l', at) }
}

/** Lets nobody change what is in the folder until it is disposed of. */
export function freeze(folder: string): Disposable {
  run('chattr', '+i', folder)
  return { [Symbol.dispose]: () => run('chattr', '-i', folder) }
}

/** A FIFO that nobody has open. */
export function makeFifo(path: string): void {
  run('mkfifo', path)
}

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}

function attempt(make: () => Disposable): boolean {
  try {
    make()[Symbol.dispose]()
    return true
  } catch {
    return false
  }
}

/** A folder on a disk in memory, which is another than that of the temporary folders; gone with all in it afterwards. */
export function memoryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync('/dev/shm/resttorrent-')
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
