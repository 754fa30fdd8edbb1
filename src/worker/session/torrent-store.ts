/** Opens the place a torrent's pieces are kept in. */
import type { TorrentRecord } from '../../protocol/records.ts'
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import { DiskPieceStore } from './storage/disk-piece-store.ts'
import { Layout } from './storage/layout.ts'
import { MemoryPieceStore, type MemoryBudget } from './storage/memory-piece-store.ts'
import type { TorrentFilesOptions } from './storage/torrent-files.ts'
import type { SessionDisk } from './storage/session-disk.ts'

/** The files of a torrent as the storage takes them. */
export function layoutOf(info: TorrentInfo): Layout {
  const files = info.files.map(({ safePath, length, offset, padding, symlink }) => ({
    path: safePath,
    length,
    offset,
    padding,
    symlink,
  }))
  return new Layout(files, info.pieceLength)
}

export function openMemoryStore(info: TorrentInfo, memory: MemoryBudget): MemoryPieceStore {
  return new MemoryPieceStore(info, memory)
}

/** Makes the files without bytes as well. Rejects with a disk code. */
export async function openDiskStore(
  record: TorrentRecord,
  info: TorrentInfo,
  disk: SessionDisk,
  options: Pick<TorrentFilesOptions, 'existing' | 'createRoot' | 'mountPoint'>,
): Promise<DiskPieceStore> {
  const store = new DiskPieceStore({
    disk,
    root: record.saveFolder,
    layout: layoutOf(info),
    ...options,
  })
  await store.createEmptyFiles()
  return store
}

/** The place of a torrent that has every piece there, whose files were opened before: none of them is made anew. */
export function reopenDiskStore(saveFolder: string, info: TorrentInfo, disk: SessionDisk): DiskPieceStore {
  const existing = new Set(info.files.keys())
  return new DiskPieceStore({ disk, root: saveFolder, layout: layoutOf(info), existing, createRoot: false })
}
