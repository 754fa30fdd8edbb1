/**
 * The folders in which files are being opened at this moment: openings that meet in a folder walk to it once.
 * Nothing is kept open beyond the last of them, so that a folder which is replaced is looked up anew.
 */
import type { FileOperations } from './file-operations.ts'
import { withFolder, type Folder, type FolderOptions } from './folder.ts'

interface Visit {
  readonly folder: Promise<Folder>
  readonly left: PromiseWithResolvers<void>
  users: number
}

export class SharedFolders {
  readonly #operations: FileOperations
  readonly #visits = new Map<string, Visit>()
  readonly #closing = new Set<Promise<void>>()

  constructor(operations: FileOperations) {
    this.#operations = operations
  }

  /** As withFolder, but the folder may be closed only after this settles, see `settled`. */
  async use<Result>(
    root: string,
    parts: readonly string[],
    options: FolderOptions,
    work: (folder: Folder) => Promise<Result>,
  ): Promise<Result> {
    const key = `${Number(options.create)}${Number(options.createRoot)}${root}/${parts.join('/')}`
    const visit = this.#visits.get(key) ?? this.#visit(key, root, parts, options)
    visit.users += 1
    try {
      return await work(await visit.folder)
    } finally {
      visit.users -= 1
      if (visit.users === 0) this.#leave(key, visit)
    }
  }

  /** Settles when the folders that nobody uses any more are closed. */
  async settled(): Promise<void> {
    await Promise.all(this.#closing)
  }

  #visit(key: string, root: string, parts: readonly string[], options: FolderOptions): Visit {
    const found: PromiseWithResolvers<Folder> = Promise.withResolvers()
    const visit: Visit = { folder: found.promise, left: Promise.withResolvers(), users: 0 }
    this.#visits.set(key, visit)
    const walk = withFolder(this.#operations, root, parts, options, async (folder) => {
      found.resolve(folder)
      await visit.left.promise
    }).catch((error: unknown) => {
      // before it was found its users hear of it; a folder that cannot be closed has lost nothing
      found.reject(error)
      this.#leave(key, visit)
    })
    this.#closing.add(walk)
    void walk.then(() => this.#closing.delete(walk))
    return visit
  }

  #leave(key: string, visit: Visit): void {
    if (this.#visits.get(key) === visit) this.#visits.delete(key)
    visit.left.resolve()
  }
}
