/** The files of a torrent as they lie on disk. */
import type { TorrentInfo } from '../../../protocol/torrent-info.ts'
import type { Identity } from '../storage/identity.ts'
import { isOnDisk } from '../storage/layout.ts'
import type { SessionDisk } from '../storage/session-disk.ts'

/** What is known of the files on disk, by their index in the metainfo. */
export type Identities = ReadonlyMap<number, Identity>

/** Looks at each once; what is no regular file is left out. Rejects with a disk code. */
export async function identifyFiles({
  info,
  disk,
  saveFolder,
}: {
  readonly info: TorrentInfo
  readonly disk: SessionDisk
  readonly saveFolder: string
}): Promise<Identities> {
  const onDisk = info.files.filter(isOnDisk)
  const paths = onDisk.map(({ safePath }) => safePath)
  const found = await disk.identify(saveFolder, paths)
  const identities = new Map<number, Identity>()
  onDisk.forEach(({ index }, place) => {
    const now = found[place]
    if (now !== undefined) identities.set(index, now)
  })
  return identities
}
