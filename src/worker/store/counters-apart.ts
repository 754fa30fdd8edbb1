/**
 * The step to schema 3: counters in a table of their own, since they are written often and the rest of a
 * checkpoint may be large, and with the times and the end of a download, which were not known before.
 */
import type { DatabaseSync } from 'node:sqlite'

/** See above; before it the end of a download is taken to be when its newest file was last written. */
export function countersApart(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE counters (
      torrent INTEGER PRIMARY KEY REFERENCES torrent ON DELETE CASCADE,
      downloaded INTEGER NOT NULL,
      uploaded INTEGER NOT NULL,
      active_time_ms INTEGER NOT NULL,
      seeding_time_ms INTEGER NOT NULL,
      finished_at INTEGER,
      completed_told INTEGER NOT NULL
    ) STRICT;
    INSERT INTO counters SELECT torrent, downloaded, uploaded, 0, 0, NULL, 0 FROM checkpoint;
    ALTER TABLE checkpoint DROP COLUMN downloaded;
    ALTER TABLE checkpoint DROP COLUMN uploaded;
  `)
  const finish = database.prepare('UPDATE counters SET finished_at = ?, completed_told = 1 WHERE torrent = ?')
  const kept = database.prepare(`
    SELECT torrent, bits, files, record ->> '$.addedAt' AS added_at, facts ->> '$.pieceCount' AS pieces
    FROM checkpoint JOIN torrent ON torrent.seq = checkpoint.torrent WHERE bits IS NOT NULL`)
  for (const { torrent, bits, files, added_at: addedAt, pieces } of kept.iterate()) {
    if (!(bits instanceof Uint8Array && files instanceof Uint8Array)) continue
    if (countOnes(bits) === pieces) finish.run(Math.max(Number(addedAt), newest(files)), Number(torrent))
  }
}

function countOnes(bits: Uint8Array): number {
  let ones = 0
  for (let byte of bits) for (; byte > 0; byte &= byte - 1) ones += 1
  return ones
}

/** The last time of writing in milliseconds; 32 bytes for each file, with its mtime in ns at the 16th. */
function newest(files: Uint8Array): number {
  const view = new DataView(files.buffer, files.byteOffset, files.byteLength)
  let last = 0n
  for (let at = 16; at + 8 <= files.length; at += 32) {
    const mtimeNs = view.getBigInt64(at, true)
    if (mtimeNs > last) last = mtimeNs
  }
  return Number(last / 1_000_000n)
}
