import { HostShare } from '../../../protocol/host-share.ts'
import { ExtentCache } from './extent-cache.ts'
import { FileOperations } from './file-operations.ts'
import { FilePool } from './file-pool.ts'
import { FolderSyncs } from './folder-syncs.ts'
import { identify, type Identity } from './identity.ts'
import { SharedFolders } from './shared-folders.ts'

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
  readonly folderSyncs = new FolderSyncs(this.operations)
  readonly #folders = new SharedFolders(this.operations)

  constructor({ maxOpenFiles = 128, cacheBytes, hostShare }: SessionDiskOptions = {}) {
    const share = new HostShare(hostShare)
    const most = (): number => Math.min(maxOpenFiles, share.get('fileShare') || Infinity)
    this.pool = new FilePool(this.operations, most, this.#folders)
    this.extents = new ExtentCache(cacheBytes)
  }

  /** As `identify`; torrents that look into one folder at the same time open it once. */
  async identify(root: string, paths: readonly string[]): Promise<(Identity | undefined)[]> {
    return await identify(this.operations, root, paths, (...folder) => this.#folders.use(...folder))
  }

  /** Closes every open file; nothing is synced. */
  async close(): Promise<void> {
    await this.pool.closeAll()
  }
}
