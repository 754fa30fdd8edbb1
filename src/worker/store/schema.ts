/**
 * The steps from an empty file to the newest schema. A step that was ever published is never changed. A new
 * field of a record that is kept as JSON is a step too: one that fills it into the rows that are there.
 */
import type { DatabaseSync } from 'node:sqlite'
import { answerTable } from './stored-answer.ts'
import { auditTable } from './stored-audit.ts'
import { jobTable } from './stored-job.ts'
import { transferTable } from './stored-transfer.ts'
import { countersApart } from './counters-apart.ts'
import { historyTables } from './stored-history.ts'
import { runningTimes } from './running-times.ts'
import { statisticsTable } from './stored-statistics.ts'
import { droppedColumn, webhookTables } from './stored-webhook.ts'

/** Brings the schema one version further, inside a transaction. */
export type Migration = (database: DatabaseSync) => void

/** The schema's version (`user_version`) is how many of these a file has been through. */
export const migrations: readonly Migration[] = [
  firstSchema,
  keys,
  countersApart,
  roots,
  rateLimits,
  dhtTables,
  auditTable,
  quotas,
  removedSessions,
  bans,
  jobTable,
  announceSecrets,
  answerTable,
  webhookTables,
  queueRanks,
  transferTable,
  historyTables,
  linkSecret,
  statisticsTable,
  droppedColumn,
  runningTimes,
]

/**
 * `seq` is the order of creation. A torrent that is removed for callers keeps its row, with the id of its
 * removal, until a worker has carried that out; meanwhile the same torrent can be added again.
 */
function firstSchema(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE meta (
      key TEXT NOT NULL PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE session (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      record TEXT NOT NULL,
      clean INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE torrent (
      seq INTEGER PRIMARY KEY,
      session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
      info_hash TEXT NOT NULL,
      record TEXT NOT NULL,
      facts TEXT,
      removal TEXT NOT NULL DEFAULT '',
      delete_data INTEGER NOT NULL DEFAULT 0,
      UNIQUE (session, info_hash, removal)
    ) STRICT;

    CREATE TABLE metainfo (
      torrent INTEGER PRIMARY KEY REFERENCES torrent ON DELETE CASCADE,
      raw_info BLOB NOT NULL
    ) STRICT;

    CREATE TABLE checkpoint (
      torrent INTEGER PRIMARY KEY REFERENCES torrent ON DELETE CASCADE,
      downloaded INTEGER NOT NULL,
      uploaded INTEGER NOT NULL,
      open_for_writing TEXT NOT NULL DEFAULT '[]',
      bits BLOB,
      files BLOB NOT NULL DEFAULT x''
    ) STRICT;
  `)
}

/** API keys, and in each session the key that made it. */
function keys(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE api_key (
      seq INTEGER PRIMARY KEY,
      prefix TEXT NOT NULL UNIQUE,
      record TEXT NOT NULL
    ) STRICT;

    UPDATE session SET record = json_set(record, '$.owner', NULL);
  `)
}

/** The folder below the root folder to which a key and a session are confined; empty for none. */
function roots(database: DatabaseSync): void {
  database.exec(`
    UPDATE api_key SET record = json_set(record, '$.root', '');
    UPDATE session SET record = json_set(record, '$.root', '');
  `)
}

/** How many requests a second a key may send; 0 for any number. */
function rateLimits(database: DatabaseSync): void {
  database.exec(`UPDATE api_key SET record = json_set(record, '$.rate_limit', 0)`)
}

/** What each session's DHT node knew last, as JSON. */
function dhtTables(database: DatabaseSync): void {
  database.exec('ALTER TABLE session ADD COLUMN dht TEXT')
}

/** What a key and a session may use; nothing is bounded of those that are there. */
function quotas(database: DatabaseSync): void {
  database.exec(`
    UPDATE api_key SET record = json_set(record, '$.quotas', json('{}'));
    UPDATE session SET record = json_set(record, '$.quotas', json('{}'));
  `)
}

/** A session that was removed stays while files of its torrents have yet to be deleted. */
function removedSessions(database: DatabaseSync): void {
  database.exec('ALTER TABLE session ADD COLUMN removed INTEGER NOT NULL DEFAULT 0')
}

/** Whom each session has nothing to do with, as JSON. */
function bans(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE ban (
      session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
      address TEXT NOT NULL,
      record TEXT NOT NULL,
      PRIMARY KEY (session, address)
    ) STRICT, WITHOUT ROWID;
  `)
}

/** What the keys for trackers rest on, another for each session. */
function announceSecrets(database: DatabaseSync): void {
  database.exec(
    `UPDATE session SET record = json_insert(record, '$.announceSecret', lower(hex(randomblob(16))))`,
  )
}

/** Where a torrent was moved to in the queue of its session; null where it never was. */
function queueRanks(database: DatabaseSync): void {
  database.exec('ALTER TABLE torrent ADD COLUMN queue_rank REAL')
}

/** What links to content are signed by. */
function linkSecret(database: DatabaseSync): void {
  database.exec(`INSERT INTO meta (key, value) VALUES ('link_secret', lower(hex(randomblob(32))))`)
}
