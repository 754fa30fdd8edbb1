import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { answerStatements } from './stored-answer.ts'
import { auditStatements } from './stored-audit.ts'
import { jobStatements } from './stored-job.ts'
import { historyStatements, volatileHistoryTables } from './stored-history.ts'
import { timeUntilNow } from './running-times.ts'
import { statisticsColumn, statisticsStatements } from './stored-statistics.ts'
import { webhookStatements } from './stored-webhook.ts'
import { transferStatements } from './stored-transfer.ts'

const texts = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  savepoint: 'SAVEPOINT caller',
  rollbackToSavepoint: 'ROLLBACK TO caller',
  releaseSavepoint: 'RELEASE caller',

  putSession: `
    INSERT INTO session (id, record) VALUES (:id, :record)
    ON CONFLICT (id) DO UPDATE SET record = excluded.record, removed = 0`,
  markRemoved: 'UPDATE session SET removed = 1 WHERE id = :id',
  leaveElsewhere: `
    UPDATE torrent SET removal = :removalId || '/' || info_hash
    WHERE session = (SELECT seq FROM session WHERE id = :id)
    AND removal = '' AND record ->> 'elsewhere' IS NOT NULL`,
  removeTorrents: `
    DELETE FROM torrent WHERE session = (SELECT seq FROM session WHERE id = :id)
    AND (removal = '' OR (delete_data = 0 AND record ->> 'elsewhere' IS NULL))`,
  sweepSession: `
    DELETE FROM session WHERE id = :id AND removed = 1
    AND NOT EXISTS (SELECT 1 FROM torrent WHERE torrent.session = session.seq)`,
  putDhtTable: 'UPDATE session SET dht = :dht WHERE id = :id',
  addBan: `
    INSERT INTO ban (session, address, record) SELECT seq, :address, :record FROM session WHERE id = :id
    ON CONFLICT (session, address) DO UPDATE SET record = excluded.record`,
  removeBan:
    'DELETE FROM ban WHERE address = :address AND session = (SELECT seq FROM session WHERE id = :id)',
  removeBans: 'DELETE FROM ban WHERE session = (SELECT seq FROM session WHERE id = :id)',
  markClean: 'UPDATE session SET clean = :clean WHERE id = :id',

  putKey: 'INSERT INTO api_key (prefix, record) VALUES (:prefix, :record)',
  removeKey: 'DELETE FROM api_key WHERE prefix = :prefix',
  loadKeys: 'SELECT prefix, record FROM api_key ORDER BY seq',

  ...answerStatements,
  ...auditStatements,
  ...jobStatements,
  ...webhookStatements,
  ...transferStatements,
  ...historyStatements,
  ...statisticsStatements,

  findTorrent: `
    SELECT torrent.seq FROM torrent JOIN session ON session.seq = torrent.session
    WHERE session.id = :session AND info_hash = :infoHash AND removal = ''`,
  putTorrent: `
    INSERT INTO torrent (session, info_hash, record, facts)
    SELECT seq, :infoHash, :record, :facts FROM session WHERE id = :session AND removed = 0
    ON CONFLICT (session, info_hash, removal)
    DO UPDATE SET record = excluded.record, facts = COALESCE(facts, excluded.facts)
    RETURNING seq`,
  putFacts: 'UPDATE torrent SET facts = :facts WHERE seq = :torrent',
  putMeta: `
    INSERT INTO meta (key, value) VALUES (:key, :value)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  loadMeta: 'SELECT value FROM meta WHERE key = :key',
  putQueueRank: `
    UPDATE torrent SET queue_rank = :rank WHERE info_hash = :infoHash AND removal = ''
    AND session = (SELECT seq FROM session WHERE id = :id)`,
  removeTorrent: 'UPDATE torrent SET removal = :removal, delete_data = :deleteData WHERE seq = :torrent',
  keepData: `
    UPDATE torrent SET delete_data = 0 WHERE info_hash = :infoHash AND removal = :removal
    AND session = (SELECT seq FROM session WHERE id = :session)`,
  keepElsewhere: `
    UPDATE torrent SET record = json_remove(record, '$.elsewhere') WHERE info_hash = :infoHash
    AND removal = :removal AND removal <> '' AND session = (SELECT seq FROM session WHERE id = :session)`,
  finishRemoval: `
    DELETE FROM torrent WHERE info_hash = :infoHash AND removal = :removal AND removal <> ''
    AND session = (SELECT seq FROM session WHERE id = :session)`,
  putMetainfo: `
    INSERT INTO metainfo (torrent, raw_info) VALUES (:torrent, :rawInfo)
    ON CONFLICT (torrent) DO NOTHING`,

  checkpoint: `
    INSERT INTO checkpoint (torrent, open_for_writing, bits, files)
    VALUES (:torrent, :openForWriting, :bits, :files)
    ON CONFLICT (torrent) DO UPDATE SET
      open_for_writing = excluded.open_for_writing, bits = excluded.bits, files = excluded.files`,
  putCounters: `
    INSERT OR REPLACE INTO counters
    VALUES (:torrent, :downloaded, :uploaded, :activeTimeMs, :seedingTimeMs, :finishedAt, :completedTold,
      :activeFrom, :seedingFrom)`,

  loadSessions: `
    SELECT seq, id, record, clean, removed, dht,
      (SELECT json_group_array(json(ban.record)) FROM ban WHERE ban.session = session.seq) AS bans,
      ${statisticsColumn} AS statistics
    FROM session WHERE seq > :after ORDER BY seq LIMIT :rows`,
  loadTorrents: `
    SELECT torrent.seq, session.id AS session, info_hash, torrent.record, facts, removal, delete_data,
      queue_rank, raw_info, open_for_writing, bits, files, counters.downloaded, counters.uploaded,
      ${timeUntilNow('active')} AS active_time_ms, ${timeUntilNow('seeding')} AS seeding_time_ms,
      finished_at, completed_told
    FROM torrent JOIN session ON session.seq = torrent.session
    LEFT JOIN metainfo ON metainfo.torrent = torrent.seq
    LEFT JOIN checkpoint ON checkpoint.torrent = torrent.seq
    LEFT JOIN counters ON counters.torrent = torrent.seq
    LEFT JOIN session_statistics AS done ON done.session = torrent.session
    WHERE torrent.seq > :after ORDER BY torrent.seq LIMIT :rows`,
} as const

/** Every statement of the store, prepared once. */
export type Statements = { readonly [Name in keyof typeof texts]: StatementSync }

/** Prepares the statements on a connection of the newest schema. */
export function prepareStatements(database: DatabaseSync): Statements {
  volatileHistoryTables(database)
  const prepared = Object.entries(texts).map(([name, text]) => [name, database.prepare(text)] as const)
  return Object.fromEntries(prepared) as Statements
}
