/** Makes the place a torrent's pieces are kept in, by its storage mode. */
import type { TorrentRecord } from '../../protocol/records.ts'
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import { DiskPieceStore } from './storage/disk-piece-store.ts'
import { Layout } from './storage/layout.ts'
import { MemoryPieceStore, type MemoryBudget } from './storage/memory-piece-store.ts'
import type { PieceStore } from './storage/piece-store.ts'
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

/** `hadData`: the save path must exist then, and is never made anew. Rejects with a disk code. */
export async function openStore(
  record: TorrentRecord,
  info: TorrentInfo,
  near: { disk: SessionDisk; memory: MemoryBudget },
  hadData: boolean,
): Promise<PieceStore> {
  if (record.storageMode === 'memory') return new MemoryPieceStore(info, near.memory)
  const store = new DiskPieceStore({
    disk: near.disk,
    root: record.saveFolder,
    layout: layoutOf(info),
    createRoot: !hadData,
  })
  await store.createEmptyFiles()
  return store
}
