/** Deletes the files of a torrent that was removed, also where it was added again by then. */
import { join } from 'node:path'
import type { TorrentRecord } from '../../protocol/records.ts'
import { parseInfo } from '../../protocol/torrent-info.ts'
import { withNames } from '../../protocol/torrent-place.ts'
import { pathsOnDisk } from './storage/layout.ts'
import type { Torrent } from './torrent.ts'

/**
 * Deletes the files of `gone` but those `spared`, paths below its folder, and those that `later`, its next life, has.
 * One that does not know its files yet opens none meanwhile. Rejects with a disk code.
 */
export async function deleteFilesOf(
  gone: Torrent,
  spared: readonly string[],
  later: Torrent | undefined,
): Promise<void> {
  const isBlind = later?.record.source.rawInfo === undefined
  if (isBlind) await later?.close()
  try {
    const taken = later ? pathsTaken(gone.record, later.record) : []
    await gone.deleteData(new Set([...spared, ...taken]))
  } finally {
    if (isBlind) later?.follow(later.record)
  }
}

/** Paths of the files of one record that those of the other lie at. */
function pathsTaken(record: TorrentRecord, { source, saveFolder, renamed }: TorrentRecord): string[] {
  if (source.rawInfo === undefined) return []
  const info = parseInfo(source.rawInfo)
  const taken = new Set(pathsOnDisk(withNames(info, renamed)).map((path) => join(saveFolder, path)))
  return pathsOnDisk(withNames(info, record.renamed)).filter((path) =>
    taken.has(join(record.saveFolder, path)),
  )
}
