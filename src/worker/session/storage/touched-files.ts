/**
 * Which files of a torrent were written since they were last synced, and syncing them: the bits of pieces
 * are stored only after that. Syncs run one after another.
 */
import { diskError } from './disk-error.ts'
import { identityOf } from './identity.ts'
import type { Layout } from './layout.ts'
import { OperationLimit } from './operation-limit.ts'
import type { SyncedFile } from './piece-store.ts'
import { foldersOf } from './relative-path.ts'
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { SessionDisk } from './session-disk.ts'

/** Few at once: a sync may take seconds, and the session's other file operations must still get through. */
const maxAtOnce = 2

export class TouchedFiles {
  readonly #disk: SessionDisk
  readonly #root: string
  readonly #layout: Layout
  readonly #written = new Set<number>()
  /** Files whose entries in their folders were synced. */
  readonly #entered = new Set<number>()
  #touched = new Map<number, string>()
  #bytes = 0
  #last: Promise<unknown> = Promise.resolve()
  #failure: { error: unknown } | undefined

  constructor(disk: SessionDisk, root: string, layout: Layout) {
    this.#disk = disk
    this.#root = root
    this.#layout = layout
  }

  /** Every file written so far, synced or not, by index. */
  get written(): ReadonlySet<number> {
    return this.#written
  }

  /** Bytes written since the last sync began. */
  get bytes(): number {
    return this.#bytes
  }

  /** Notes that bytes of a file were written. */
  mark(file: number, bytes: number): void {
    this.#written.add(file)
    this.include(file)
    this.#bytes += bytes
  }

  /** Has the next sync take a file in that was not written here. */
  include(file: number): void {
    this.#touched.set(file, this.#layout.files[file]?.path ?? '')
  }

  /**
   * Syncs the files marked so far. After a failure it rejects for ever: the kernel may have dropped what it
   * could not write and call the next sync a success, so no later bit of this run can be trusted.
   */
  sync(): Promise<SyncedFile[]> {
    const run = this.#last.then(() => this.#sync())
    this.#last = run.catch(() => undefined)
    return run
  }

  async #sync(): Promise<SyncedFile[]> {
    if (this.#failure) throw this.#failure.error
    const touched = this.#touched
    this.#touched = new Map()
    this.#bytes = 0
    try {
      const synced: SyncedFile[] = []
      const limit = new OperationLimit(maxAtOnce)
      await limit.forEach(touched, async ([index, path]) => {
        synced.push(await this.#syncFile(index, path))
      })
      await limit.forEach(this.#newFolders(touched), (folder) =>
        this.#disk.folderSyncs.sync(this.#root, folder),
      )
      for (const index of touched.keys()) this.#entered.add(index)
      return synced.sort((one, other) => one.index - other.index)
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }

  #syncFile(index: number, path: string): Promise<SyncedFile> {
    const { pool, operations } = this.#disk
    return pool.use({ root: this.#root, path }, { write: false }, async (fd) => {
      try {
        // before the sync: a write between the two may not survive a power cut, and must look like one after
        const stat = await operations.fstat(fd)
        await operations.fsync(fd)
        if (stat.nlink === 0n) throw new RestTorrentError('files_changed', `${path} was deleted`)
        return { index, path, ...identityOf(stat) }
      } catch (error) {
        throw diskError(error, 'sync', path)
      }
    })
  }

  /** The folders that hold, at any depth, a file that is synced for the first time. */
  #newFolders(touched: ReadonlyMap<number, string>): Set<string> {
    const fresh = [...touched].filter(([index]) => !this.#entered.has(index))
    return new Set(fresh.flatMap(([, path]) => ['', ...foldersOf(path)]))
  }
}
