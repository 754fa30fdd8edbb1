/** Deletes what lies of a torrent beside its place. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { claimedBits, type TorrentRecord } from '../../protocol/records.ts'
import type { TorrentPlace } from '../../protocol/torrent-place-form.ts'
import type { FileOwnership } from '../files/file-ownership.ts'
import type { Removal } from '../records/removal.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import { onlyFor, recordNow } from './one-life.ts'
import type { SessionSupervisor } from './session-supervisor.ts'

export type SweptSession = Pick<SessionSupervisor, 'id' | 'records'>

/** Deletes the copies that are not in use, also of a torrent that was removed meanwhile: `last` is how it was. */
export async function sweepBeside(
  { files, tasks }: { readonly files: FileOwnership; readonly tasks: Pick<TaskPool, 'deleteData'> },
  session: SweptSession,
  last: TorrentRecord,
  removal?: Removal,
): Promise<void> {
  const record = recordNow(session.records, last)
  const { elsewhere, source } = record ?? removal?.record ?? last // it may have been taken over meanwhile
  if (elsewhere === undefined || source.rawInfo === undefined) return
  const spared = await files.sparedAt(session.id, last, elsewhere, record ? undefined : (removal?.id ?? ''))
  const current = removal?.deleteData === true ? undefined : filePlace(record ?? last)
  const [place, bits] = [filePlace(elsewhere), claimedBits(record ?? last)]
  const isSeen = await tasks.deleteData({ rawInfo: source.rawInfo, place, spared, current, bits })
  if (record === undefined && !isSeen)
    throw new RestTorrentError('files_changed', 'the disk is not mounted that has copies of it')
  if (record === undefined || !isSeen) return
  await session.records.decide(last.infoHash, onlyFor(record, { elsewhere: undefined }))
  files.settle({ sessionId: session.id, infoHash: last.infoHash }, filePlace(record))
}

export function filePlace({ saveFolder, renamed, mountPoint }: TorrentPlace) {
  return { saveFolder, renamed, mountPoint }
}
