/** What main does with each thing that a session worker tells. */
import type { HashAnswer, SessionEvent } from '../../protocol/session-rpc.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import type { SessionBoard } from '../board/session-board.ts'
import type { Log } from '../log.ts'
import type { SessionRecords } from '../records/session-records.ts'
import type { HashDesk } from './hash-desk.ts'

interface Near {
  readonly board: SessionBoard
  readonly hashDesk: HashDesk
  readonly log: Log
  readonly onChange: () => void
}

/** Takes one event of the present generation; `answer` sends a hash pool's answer back to it. */
export function takeEvent(
  event: SessionEvent,
  { board, hashDesk, log, onChange }: Near,
  records: SessionRecords,
  answer: (requestId: number, answer: HashAnswer) => void,
): void {
  const { id } = records.session
  if (event.type === 'snapshot') {
    logFaults(event.rows, { id, board, log })
    board.take(event)
    onChange()
  } else if (event.type === 'activated') records.change(event.infoHash, { bits: event.bits })
  else if (event.type === 'checkpoint') records.checkpoint(event.infoHash, event.checkpoint)
  else if (event.type === 'metadata') records.learn(event.infoHash, event.rawInfo, event.facts)
  else if (event.type === 'hash_cancel') hashDesk.cancel(id, event.requestId)
  else if (event.type === 'hash_request') {
    void hashDesk.run(id, event.requestId, event.request).then((found) => {
      if (found !== undefined) answer(event.requestId, found)
    })
  } else if (event.type === 'log') log[event.level]({ ...event.fields, session: id }, event.message)
}

/** A fault of a torrent's disk or files is an operator's concern too, once. */
function logFaults(
  rows: readonly TorrentRow[],
  { id, board, log }: Pick<Near, 'board' | 'log'> & { id: string },
): void {
  for (const { info_hash, error } of rows) {
    if (error === undefined || board.torrents.get(info_hash)?.error !== undefined) continue
    log.warn({ session: id, info_hash, code: error.code }, `torrent stopped by an error: ${error.message}`)
  }
}
