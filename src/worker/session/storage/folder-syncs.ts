/**
 * Syncing folders: those who ask for one folder while it is being synced share the next sync of it. A sync begins
 * after it was asked for in any case.
 */
import { diskError } from './disk-error.ts'
import type { FileOperations } from './file-operations.ts'
import { withFolder } from './folder.ts'

interface Syncing {
  /** The last sync that was begun, however it ended. */
  running: Promise<void>
  /** The one that begins after it. */
  next: Promise<void> | undefined
}

export class FolderSyncs {
  readonly #operations: FileOperations
  readonly #folders = new Map<string, Syncing>()

  constructor(operations: FileOperations) {
    this.#operations = operations
  }

  /** Settles when what entries the folder `path` below `root` has now are durable. Rejects with a disk code. */
  async sync(root: string, path: string): Promise<void> {
    const key = `${root}\0${path}`
    const syncing = this.#folders.get(key) ?? { running: Promise.resolve(), next: undefined }
    this.#folders.set(key, syncing)
    syncing.next ??= syncing.running.then(async () => {
      const run = this.#run(root, path)
      syncing.next = undefined
      syncing.running = run
        .catch(() => undefined) // those who wait for it hear of it
        .then(() => {
          if (syncing.next === undefined) this.#folders.delete(key)
        })
      await run
    })
    await syncing.next
  }

  async #run(root: string, path: string): Promise<void> {
    const parts = path === '' ? [] : path.split('/')
    const options = { create: false, createRoot: false }
    await withFolder(this.#operations, root, parts, options, async ({ fd }) => {
      await this.#operations.fsync(fd).catch((error: unknown) => {
        throw diskError(error, 'sync folder', path)
      })
    })
  }
}
