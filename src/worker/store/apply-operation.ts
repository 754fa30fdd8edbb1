import { RestTorrentError } from '../../protocol/errors.ts'
import type { StoreOperation, TorrentKey } from '../../protocol/store-rpc.ts'
import type { TorrentCheckpoint } from '../../protocol/records.ts'
import { packIdentities } from './file-identities.ts'
import type { Statements } from './statements.ts'
import { answerColumns } from './stored-answer.ts'
import { auditColumn, auditKey } from './stored-audit.ts'
import { hostKey } from './stored-host.ts'
import { jobColumns } from './stored-job.ts'
import { keyColumn } from './stored-key.ts'
import { sessionColumn } from './stored-session.ts'
import { factsColumn, torrentColumn } from './stored-torrent.ts'
import { addHistoryRow, forgetHistoryOf } from './apply-history.ts'
import { deliveryColumns, webhookColumns } from './stored-webhook.ts'

/** Carries out one change inside the transaction of its caller. */
export function applyOperation(statements: Statements, operation: StoreOperation): void {
  switch (operation.type) {
    case 'put_session': {
      const { session } = operation
      statements.putSession.run({ id: session.id, record: sessionColumn(session) })
      return
    }
    case 'remove_session': {
      const { sessionId: id, removalId } = operation
      statements.markRemoved.run({ id })
      statements.leaveElsewhere.run({ id, removalId })
      statements.removeTorrents.run({ id })
      statements.removeBans.run({ id })
      statements.removeStatistics.run({ id })
      statements.sweepSession.run({ id })
      return
    }
    case 'count_session':
      statements.countSession.run({ id: operation.sessionId, ...operation.done })
      return
    case 'put_dht_table':
      statements.putDhtTable.run({ id: operation.sessionId, dht: JSON.stringify(operation.table) })
      return
    case 'add_ban': {
      const { sessionId: id, ban } = operation
      statements.addBan.run({ id, address: ban.address, record: JSON.stringify(ban) })
      return
    }
    case 'remove_ban':
      statements.removeBan.run({ id: operation.sessionId, address: operation.address })
      return
    case 'mark_clean':
      statements.markClean.run({ id: operation.sessionId, clean: Number(operation.clean) })
      return
    case 'put_key': {
      const { key } = operation
      statements.putKey.run({ prefix: key.prefix, record: keyColumn(key) })
      return
    }
    case 'remove_key':
      statements.removeKey.run({ prefix: operation.prefix })
      return
    case 'put_audit': {
      const { entry } = operation
      statements.putAudit.run({ key: auditKey(entry.key), entry: auditColumn(entry) })
      return
    }
    case 'trim_audit': {
      const { key, keepOfKey, keepInAll } = operation
      statements.trimAuditOfKey.run({ key: auditKey(key), keep: keepOfKey })
      statements.trimAudit.run({ keep: keepInAll })
      return
    }
    case 'put_transfer': {
      const { holder, month, bytes } = operation.use
      statements.putTransfer.run({ holder, month, bytes })
      statements.trimTransfers.run({ month })
      return
    }
    case 'put_job':
      statements.putJob.run(jobColumns(operation.record))
      return
    case 'remove_jobs':
      for (const id of operation.ids) statements.removeJob.run({ id })
      return
    case 'put_answer':
      statements.putAnswer.run(answerColumns(operation.answer))
      return
    case 'remove_answer':
      statements.removeAnswer.run({ owner: operation.owner, key: operation.key })
      return
    case 'trim_answers': {
      const { run, since, rowsOfKey, bytesOfKey, rows, bytes } = operation
      statements.forgetAnswers.run({ run, since })
      statements.trimAnswersOfKeys.run({ rows: rowsOfKey, bytes: bytesOfKey })
      statements.trimAnswers.run({ rows, bytes })
      return
    }
    case 'put_history':
      for (const row of operation.rows) addHistoryRow(statements, row)
      return
    case 'forget_history':
      return forgetHistoryOf(statements, operation.sessionId, operation.infoHash)
    case 'put_webhook':
      statements.putWebhook.run(webhookColumns(operation.record))
      return
    case 'put_dropped':
      statements.putDropped.run({ id: operation.id, dropped: operation.dropped })
      return
    case 'remove_webhook':
      statements.removeWebhook.run({ id: operation.id })
      return
    case 'put_delivery':
      statements.putDelivery.run(deliveryColumns(operation.record))
      return
    case 'remove_deliveries':
      for (const id of operation.ids) statements.removeDelivery.run({ id })
      return
    case 'put_host':
      statements.putMeta.run({ key: hostKey, value: JSON.stringify(operation.settings) })
      return
    case 'put_queue_ranks': {
      const { sessionId: id, ranks } = operation
      for (const [infoHash, rank] of ranks) statements.putQueueRank.run({ id, infoHash, rank })
      return
    }
    case 'put_torrent':
      return putTorrent(statements, operation)
    case 'keep_data':
    case 'keep_elsewhere': {
      const { type, sessionId: session, infoHash, removalId: removal } = operation
      statements[type === 'keep_data' ? 'keepData' : 'keepElsewhere'].run({ session, infoHash, removal })
      return
    }
    case 'finish_removal': {
      const { sessionId: session, infoHash, removalId: removal } = operation
      statements.finishRemoval.run({ session, infoHash, removal })
      statements.sweepSession.run({ id: session })
      return
    }
    default: {
      const torrent = findTorrent(statements, operation)
      if (torrent !== undefined) changeTorrent(statements, torrent, operation)
    }
  }
}

type TorrentChange = Extract<
  StoreOperation,
  { type: 'remove_torrent' | 'put_metadata' | 'checkpoint' | 'put_counters' }
>

type Kept = Pick<StoreOperation & { type: 'put_counters' }, 'counters' | 'activeFrom' | 'seedingFrom'>

function changeTorrent(statements: Statements, torrent: number, change: TorrentChange): void {
  switch (change.type) {
    case 'remove_torrent': {
      const { removalId: removal, deleteData } = change
      statements.removeTorrent.run({ torrent, removal, deleteData: Number(deleteData) })
      return
    }
    case 'put_metadata':
      statements.putFacts.run({ torrent, facts: factsColumn(change.facts) })
      statements.putMetainfo.run({ torrent, rawInfo: change.rawInfo })
      return
    case 'checkpoint':
      return checkpoint(statements, torrent, change.checkpoint)
    case 'put_counters':
      return putCounters(statements, torrent, change)
  }
}

function putTorrent(
  statements: Statements,
  { sessionId, torrent }: StoreOperation & { type: 'put_torrent' },
): void {
  const { infoHash, facts, source } = torrent
  const row = statements.putTorrent.get({
    session: sessionId,
    infoHash,
    record: torrentColumn(torrent),
    facts: facts === undefined ? null : factsColumn(facts),
  })
  if (row === undefined) throw new RestTorrentError('session_not_found', `session ${sessionId} not found`)
  if (source.rawInfo !== undefined) {
    statements.putMetainfo.run({ torrent: Number(row['seq']), rawInfo: source.rawInfo })
  }
}

function checkpoint(
  statements: Statements,
  torrent: number,
  { bits, files, openForWriting, counters }: TorrentCheckpoint,
): void {
  statements.checkpoint.run({
    torrent,
    openForWriting: JSON.stringify(openForWriting),
    bits: bits ?? null,
    files: packIdentities(files),
  })
  putCounters(statements, torrent, { counters, activeFrom: null, seedingFrom: null })
}

function putCounters(
  statements: Statements,
  torrent: number,
  { counters, activeFrom, seedingFrom }: Kept,
): void {
  const completedTold = Number(counters.completedTold)
  statements.putCounters.run({ torrent, ...counters, completedTold, activeFrom, seedingFrom })
}

function findTorrent(statements: Statements, { sessionId, infoHash }: TorrentKey): number | undefined {
  const row = statements.findTorrent.get({ session: sessionId, infoHash })
  return row === undefined ? undefined : Number(row['seq'])
}
