import type { TorrentRecord } from '../../protocol/records.ts'
import type { TorrentPlace } from '../../protocol/torrent-place-form.ts'

/** A torrent that is removed for callers and whose files a worker still has to close or delete. */
export interface Removal {
  readonly id: string
  /** As it was; `elsewhere` is gone, for good, when the same torrent is added again there. */
  record: TorrentRecord
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

/** Which files of a removal are those of a torrent that was added again, so that they are not deleted. */
export interface TakenOver {
  readonly removal: Removal
  readonly files: 'data' | 'elsewhere'
}

/**
 * What removals were to delete that is now the files of a torrent that was added again. Files that were renamed are
 * not those of the torrent that was added.
 */
export function takenOverBy(removals: Iterable<Removal>, record: TorrentRecord): TakenOver[] {
  if (record.source.rawInfo === undefined) return [] // it has no files yet
  const isThere = (place: TorrentPlace | undefined): boolean =>
    place?.saveFolder === record.saveFolder && (place.renamed ?? []).length === 0
  return [...removals].flatMap((removal): TakenOver[] => {
    const { infoHash, elsewhere } = removal.record
    if (infoHash !== record.infoHash) return []
    return [
      ...(removal.deleteData && isThere(removal.record) ? [{ removal, files: 'data' } as const] : []),
      ...(isThere(elsewhere) ? [{ removal, files: 'elsewhere' } as const] : []),
    ]
  })
}

/** Has the removal leave these files. */
export function giveUp({ removal, files }: TakenOver): void {
  if (files === 'data') removal.deleteData = false
  else removal.record = { ...removal.record, elsewhere: undefined }
}
