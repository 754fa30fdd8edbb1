/** What main does with each thing that a session worker tells. */
import { toWireError } from '../../protocol/errors.ts'
import { rowAsGiven } from '../../protocol/records.ts'
import type { SessionApi, SessionEvent, SnapshotDelta } from '../../protocol/session-rpc.ts'
import type { QuotaBook } from '../access/quota-book.ts'
import type { SessionBoard } from '../board/session-board.ts'
import type { FileOwnership } from '../files/file-ownership.ts'
import type { Log } from '../log.ts'
import type { SessionRecords } from '../records/session-records.ts'
import type { HashDesk } from './hash-desk.ts'

interface Near {
  readonly board: SessionBoard
  readonly hashDesk: Pick<HashDesk, 'cancel' | 'run'>
  readonly files: FileOwnership
  readonly quotas?: Pick<QuotaBook, 'forWriting'> | undefined
  readonly log: Log
  readonly onChange: () => void
  /** States of torrents are others than they were. */
  readonly onStates: () => void
}

/** Takes one event of the present generation; `answer` calls that one back. */
export function takeEvent(
  event: SessionEvent,
  { board, hashDesk, files, quotas, log, onChange, onStates }: Near,
  records: SessionRecords,
  answer: (what: string, run: (api: SessionApi) => Promise<void>) => void,
): void {
  const { id } = records.session
  const isLate = (): boolean =>
    'infoHash' in event &&
    event.addedAt !== undefined &&
    records.torrents.get(event.infoHash)?.addedAt !== event.addedAt
  if (isLate()) return // news of a torrent that was removed, and may have been added again
  if (event.type === 'snapshot') {
    const rows = event.rows.flatMap((row) => {
      const record = records.torrents.get(row.info_hash)
      return record?.addedAt === row.added_at ? [rowAsGiven(row, record)] : []
    })
    logChanges(rows, board, log, id)
    if (board.take({ ...event, rows })) onStates()
    records.counting.observe(rows)
    onChange()
  } else if (event.type === 'activated') records.change(event.infoHash, { bits: event.bits })
  else if (event.type === 'distrusted') records.distrust(event.infoHash)
  else if (event.type === 'forgotten') records.forget(event.infoHash)
  else if (event.type === 'counters') {
    records.counting.join(event.infoHash, event.counters)
    records.counting.keep([event.infoHash])
  } else if (event.type === 'checkpoint') records.checkpoint(event.infoHash, event.checkpoint)
  else if (event.type === 'banned') records.bans.note(event.ban)
  else if (event.type === 'dht_table') records.keepDhtTable(event.table)
  else if (event.type === 'metadata') {
    const record = records.learn(event.infoHash, event.rawInfo, event.facts)
    if (record !== undefined) files.hold(id, record)
  } else if (event.type === 'write_request') {
    const { requestId, infoHash } = event
    void files
      .permit({ sessionId: id, infoHash })
      .then(() => quotas?.forWriting(records, infoHash))
      .then(records.flush) // whoever removes it after a kill has to know its files
      .then(() => undefined, toWireError)
      .then((refusal) => {
        if (!isLate()) answer('permitted', (api) => api.permitted(requestId, refusal))
      })
  } else if (event.type === 'hash_cancel') hashDesk.cancel(id, event.requestId)
  else if (event.type === 'hash_request') {
    void hashDesk.run(id, event.requestId, event.request).then((found) => {
      if (found !== undefined) answer('hashed', (api) => api.hashed(event.requestId, found))
    })
  } else if (event.type === 'log') log[event.level]({ ...event.fields, session: id }, event.message)
}

/** One line for each torrent whose state is another than it was. */
function logChanges(rows: SnapshotDelta['rows'], board: SessionBoard, log: Log, session: string): void {
  for (const { info_hash, state, error } of rows) {
    const before = board.torrents.get(info_hash)?.state
    if (before === undefined || before === state) continue
    const level = error === undefined ? 'info' : 'warn'
    log[level]({ session, info_hash, state, before, ...error }, 'torrent changed state')
  }
}
