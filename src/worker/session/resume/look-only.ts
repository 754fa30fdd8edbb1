/** For a torrent that is forgotten with the process: its files are looked at and never synced. */
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { TorrentInfo } from '../../../protocol/torrent-info.ts'
import type { DiskPieceStore } from '../storage/disk-piece-store.ts'
import type { SyncedFile } from '../storage/piece-store.ts'
import type { SessionDisk } from '../storage/session-disk.ts'
import type { Checkpointed } from './checkpointer.ts'

/** In a store's place: `sync` gives what was written as it is now, and rejects with a disk code. */
export function lookOnly(
  store: DiskPieceStore,
  { disk, saveFolder, info }: { disk: SessionDisk; saveFolder: string; info: TorrentInfo },
): NonNullable<Checkpointed['store']> {
  let lookedAt = 0
  return {
    unsyncedBytes: 0, // nothing is ever due at once
    sync: async () => {
      const written = store.unsyncedBytes
      if (written === lookedAt) return { files: [] }
      const touched = info.files.filter(({ index }) => store.written.has(index))
      const paths = touched.map(({ safePath }) => safePath)
      const identities = await disk.identify(saveFolder, paths)
      lookedAt = written
      const files = touched.map(({ index, safePath }, at): SyncedFile => {
        const identity = identities[at]
        if (identity === undefined) throw new RestTorrentError('files_changed', `${safePath} was deleted`)
        return { index, path: safePath, ...identity }
      })
      return { files }
    },
  }
}
