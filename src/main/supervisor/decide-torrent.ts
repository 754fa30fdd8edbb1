/** What callers, or goals, decide of a torrent: recorded first, then shown, then sent to the worker. */
import { rowOfRecord, type TorrentRecord } from '../../protocol/records.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import type { SessionBoard } from '../board/session-board.ts'
import type { SessionSupervisor } from './session-supervisor.ts'

/** Gives the row, which tells at once what it leads to. Rejects with `torrent_not_found` or a disk code. */
export async function decideStarted(
  session: SessionSupervisor,
  board: SessionBoard,
  infoHash: string,
  fields: Pick<TorrentRecord, 'started'> & Partial<Pick<TorrentRecord, 'quarantine' | 'goalMet'>>,
): Promise<TorrentRow> {
  const record = await session.records.decide(infoHash, fields)
  if (!fields.started) board.rest([record])
  session.apply(record)
  return board.torrents.get(infoHash) ?? rowOfRecord(record)
}

/** Gives whether there was such a torrent. Rejects with a disk code. */
export async function removeTorrent(
  session: SessionSupervisor,
  infoHash: string,
  deleteData: boolean,
): Promise<boolean> {
  const removal = await session.records.remove(infoHash, deleteData)
  if (removal !== undefined) session.remove(removal)
  return removal !== undefined
}
