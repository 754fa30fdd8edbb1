import type { TorrentRecord } from '../../protocol/records.ts'

/** A torrent that is removed for callers and whose files a worker still has to close or delete. */
export interface Removal {
  readonly id: string
  readonly record: TorrentRecord
  /** Turns false, for good, when the same torrent is added again and takes the files over. */
  deleteData: boolean
}

/** Whether it deletes anything: the files, or those that a move has made or left beside their place. */
export function deletesFiles({ deleteData, record }: Pick<Removal, 'deleteData' | 'record'>): boolean {
  return deleteData || record.elsewhere !== undefined
}

/** Takes out the torrents of which files are left elsewhere, as removals that keep their data; `removalId` as the store was told. */
export function leftOf(torrents: Map<string, TorrentRecord>, removalId: string): Removal[] {
  const left = [...torrents.values()].filter(({ elsewhere }) => elsewhere !== undefined)
  for (const { infoHash } of left) torrents.delete(infoHash)
  return left.map((record) => ({ id: `${removalId}/${record.infoHash}`, record, deleteData: false }))
}

/**
 * Those of the removals that were to delete what is now the files of a torrent that was added again. Files that
 * were renamed are not those of the torrent that was added.
 */
export function takenOverBy(removals: Iterable<Removal>, record: TorrentRecord): Removal[] {
  if (record.source.rawInfo === undefined) return [] // it has no files yet
  return [...removals].filter(
    (removal) =>
      removal.deleteData &&
      removal.record.infoHash === record.infoHash &&
      removal.record.saveFolder === record.saveFolder &&
      (removal.record.renamed ?? []).length === 0,
  )
}
