/** What callers, or goals, decide of a torrent: recorded first, then shown, then sent to the worker. */
import { changedFields } from '../../protocol/changed-fields.ts'
import { restingState, rowOfRecord, type TorrentRecord } from '../../protocol/records.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import type { SessionBoard } from '../board/session-board.ts'
import type { SessionSupervisor } from './session-supervisor.ts'

interface Decision
  extends Pick<TorrentRecord, 'started'>, Partial<Pick<TorrentRecord, 'quarantine' | 'goalMet'>> {
  readonly forced?: boolean | undefined
}

/**
 * Gives the row, which tells at once what it leads to; `forced` as in the options, where it is given. Rejects with `torrent_not_found` or a disk code.
 */
export async function decideStarted(
  session: SessionSupervisor,
  board: SessionBoard,
  infoHash: string,
  { forced, ...fields }: Decision,
): Promise<TorrentRow> {
  const record = await session.records.decide(infoHash, ({ options }) => ({
    ...fields,
    options: changedFields(options, { forced }),
    ...(fields.started ? {} : { queued: undefined }), // the queue decides anew when it is started again
  }))
  if (!fields.started) board.still([record])
  session.torrents.apply(record)
  const row = board.torrents.get(infoHash) ?? rowOfRecord(record)
  const isAwaited = row.state === 'stopped' && !board.isStopped // the worker has not told of it yet
  return isAwaited ? { ...row, state: restingState(record) } : row
}

/** Gives whether there was such a torrent. Rejects with a disk code. */
export async function removeTorrent(
  session: SessionSupervisor,
  infoHash: string,
  deleteData: boolean,
): Promise<boolean> {
  const removal = await session.records.remove(infoHash, deleteData)
  if (removal !== undefined) session.torrents.remove(removal)
  return removal !== undefined
}
