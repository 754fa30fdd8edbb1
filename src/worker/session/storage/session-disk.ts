import { HostShare } from '../../../protocol/host-share.ts'
import { ExtentCache } from './extent-cache.ts'
import { FileOperations } from './file-operations.ts'
import { FilePool } from './file-pool.ts'

/** How often the share of the host is looked at. */
const shareMs = 1000

export interface SessionDiskOptions {
  readonly maxOpenFiles?: number
  readonly cacheBytes?: number
  /** The memory of a `HostShare`, which may allow fewer open files; without it the host has no cap. */
  readonly hostShare?: SharedArrayBuffer
}

/** What all torrents of one session share of the disk: its bounded operations, open files and read-ahead. */
export class SessionDisk {
  readonly operations = new FileOperations()
  readonly pool: FilePool
  readonly extents: ExtentCache
  readonly #looks: NodeJS.Timeout

  constructor({ maxOpenFiles = 128, cacheBytes, hostShare }: SessionDiskOptions = {}) {
    this.pool = new FilePool(this.operations, maxOpenFiles)
    this.extents = new ExtentCache(cacheBytes)
    const share = new HostShare(hostShare)
    const look = (): void => this.pool.limit(Math.min(maxOpenFiles, share.get('fileShare') || Infinity))
    this.#looks = setInterval(look, shareMs).unref()
  }

  /** Closes every open file; nothing is synced. */
  async close(): Promise<void> {
    clearInterval(this.#looks)
    await this.pool.closeAll()
  }
}
