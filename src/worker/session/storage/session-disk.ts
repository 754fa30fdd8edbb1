import { ExtentCache } from './extent-cache.ts'
import { FileOperations } from './file-operations.ts'
import { FilePool } from './file-pool.ts'

/** What all torrents of one session share of the disk: its bounded operations, open files and read-ahead. */
export class SessionDisk {
  readonly operations = new FileOperations()
  readonly pool: FilePool
  readonly extents: ExtentCache

  constructor({ maxOpenFiles, cacheBytes }: { maxOpenFiles?: number; cacheBytes?: number } = {}) {
    this.pool = new FilePool(this.operations, maxOpenFiles)
    this.extents = new ExtentCache(cacheBytes)
  }

  /** Closes every open file; nothing is synced. */
  async close(): Promise<void> {
    await this.pool.closeAll()
  }
}
