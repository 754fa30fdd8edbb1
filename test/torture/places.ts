/**
 * Where the one file of a torrent may lie: in one place while nothing is under way, in one of several while it is
 * moved or renamed. Once it has settled, whatever lies in the others is to be gone.
 */
import { join } from 'node:path'
import type { FileFates } from './file-fates.ts'

/** Where the server says that the file is; it has no name before its metadata is known. */
export interface ToldPlace {
  readonly folder: string
  readonly name: string | undefined
  /** Whether a job has still to bring it elsewhere. */
  readonly isMoving: boolean
  /** Folder of the newest job that moved it, if that is done. */
  readonly movedTo: string | undefined
}

export class Places {
  /** How often it was found in another place than before. */
  found = 0
  readonly #files: FileFates
  readonly #folders: Set<string>
  readonly #names: Set<string>
  /** All that it may have been at since it was in one place. */
  #paths: Set<string>
  #isGone = false

  /** It is being added there. */
  constructor(files: FileFates, folder: string, name: string) {
    this.#files = files
    this.#folders = new Set([folder])
    this.#names = new Set([name])
    this.#paths = new Set([join(folder, name)])
    files.used(join(folder, name))
  }

  /** A move is asked for, of a torrent whose files are known or may not be. */
  moving(folder: string, isKnown: boolean): void {
    this.#folders.add(folder)
    this.#extend(isKnown)
  }

  /** A rename is asked for. */
  renaming(name: string): void {
    this.#names.add(name)
    this.#extend(true)
  }

  /** A rename was acknowledged: it has no other name. */
  renamed(name: string): void {
    this.#names.clear()
    this.#names.add(name)
  }

  /** What is wrong with the place that the server tells. */
  judge({ folder, name, isMoving, movedTo }: ToldPlace): string | undefined {
    const may = `${[...this.#folders].join(' or ')} as ${[...this.#names].join(' or ')}`
    const isWrong = !this.#folders.has(folder) || (name !== undefined && !this.#names.has(name))
    if (!isMoving) this.#settle(folder, name)
    if (isWrong) return `is in ${folder} as ${String(name)}, not in ${may}`
    if (!isMoving && movedTo !== undefined && movedTo !== folder) return `is in ${folder}, not in ${movedTo}`
    return undefined
  }

  /** The torrent is gone; see `FileFates.removed`. */
  removed(withData: boolean | undefined): void {
    this.#isGone = true
    if (withData === false && this.#paths.size > 1) return this.#files.staysIn([...this.#paths])
    for (const path of this.#paths) this.#files.removed(path, withData)
  }

  #settle(folder: string, name: string | undefined): void {
    this.#folders.clear()
    this.#folders.add(folder)
    if (name === undefined) return // where it will be depends on names that nobody knows yet
    this.#names.clear()
    this.#names.add(name)
    const path = join(folder, name)
    const others = [...this.#paths].filter((one) => one !== path)
    if (!this.#paths.has(path) || others.length === 0) return
    this.found += 1
    this.#files.settled(path, others)
    this.#paths = new Set([path])
  }

  #extend(isKnown: boolean): void {
    if (this.#isGone) return
    for (const folder of this.#folders)
      for (const name of this.#names) {
        const path = join(folder, name)
        if (this.#paths.has(path)) continue
        this.#paths.add(path)
        this.#files.mayBeUsed(path, isKnown)
      }
  }
}
