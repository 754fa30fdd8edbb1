/** Stores of the schemas that were before, as their programs wrote them: nothing of them is lost. */
import { DatabaseSync } from 'node:sqlite'
import * as assert from 'uvu/assert'
import { noStatistics } from '../../../src/protocol/session-statistics.ts'
import { createDatabase } from '../../../src/worker/store/create-database.ts'
import { packIdentities } from '../../../src/worker/store/file-identities.ts'
import { migrations } from '../../../src/worker/store/schema.ts'
import type { SessionRecord } from '../../../src/protocol/records.ts'
import { sessionColumn } from '../../../src/worker/store/stored-session.ts'
import { factsColumn, torrentColumn } from '../../../src/worker/store/stored-torrent.ts'
import { openStore } from '../../../src/worker/store/store.ts'
import { storeFiles } from '../../../src/worker/store/store-files.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { identity, loadAll, magnetOf, sessionOf, torrentOf } from './fixture.ts'

const test = suite('worker/store/schema')
const added = torrentOf(1).addedAt
const complete = Uint8Array.of(0xfe) // seven pieces

/** A store of schema 1 with one torrent for each of these checkpoints. */
function firstStore(checkpoints: readonly { bits: Uint8Array | null; writtenAt: number }[]): string {
  const folder = temporaryFolder()
  createDatabase(storeFiles(folder), migrations.slice(0, 1))
  const database = new DatabaseSync(storeFiles(folder).database)
  const put = (table: string, ...values: (string | number | Uint8Array | null)[]) =>
    database.prepare(`INSERT INTO ${table} VALUES (${values.map(() => '?').join()})`).run(...values)
  const { announceSecret: _, ...column } = JSON.parse(sessionColumn(sessionOf())) as SessionRecord
  put('session', 1, sessionOf().id, JSON.stringify(column), 1)
  for (const [at, { bits, writtenAt }] of checkpoints.entries()) {
    const { torrent, rawInfo, facts } = magnetOf(at + 1)
    put('torrent', at + 1, 1, torrent.infoHash, torrentColumn(torrent), factsColumn(facts), '', 0)
    put('metainfo', at + 1, rawInfo)
    const files = [identity, { ...identity, mtimeNs: BigInt(writtenAt) * 1_000_000n }]
    put('checkpoint', at + 1, 1000 + at, 5, '[3]', bits, packIdentities(files))
  }
  database.close()
  return folder
}

test('schema 1: checkpoints stay, and what was complete was finished when its files were last written', async () => {
  const later = identity.mtimeNs / 1_000_000n > BigInt(added) ? Number(identity.mtimeNs / 1_000_000n) : added
  const folder = firstStore([
    { bits: complete, writtenAt: later + 5000 },
    { bits: complete, writtenAt: 7 },
    { bits: Uint8Array.of(0xfc), writtenAt: later },
    { bits: null, writtenAt: later },
  ])
  const store = await openStore(folder)
  const { sessions, torrents, skipped } = await loadAll(store)
  await store.close()
  assert.equal([store.opening.migration?.from, skipped], [1, []])
  const { announceSecret = '' } = sessions[0]?.session ?? {}
  assert.match(announceSecret, /^[0-9a-f]{32}$/)
  assert.equal(sessions, [
    {
      session: { ...sessionOf(), owner: null, root: '', quotas: {}, announceSecret },
      bans: [],
      clean: true,
      removed: false,
      statistics: noStatistics,
    },
  ])
  assert.equal(
    torrents.map(({ torrent }) => torrent),
    [1, 2, 3, 4].map((n) => torrentOf(n)),
  )
  const counted = torrents.map(({ checkpoint }) => checkpoint?.counters)
  assert.equal(
    counted.map((counters) => [counters?.downloaded, counters?.finishedAt, counters?.completedTold]),
    [
      [1000, later + 5000, true],
      [1001, later, true],
      [1002, null, false],
      [1003, null, false],
    ],
  )
  assert.equal([counted[0]?.uploaded, counted[0]?.activeTimeMs, counted[0]?.seedingTimeMs], [5, 0, 0])
  const { bits, openForWriting, files } = torrents[0]?.checkpoint ?? {}
  assert.equal([bits, openForWriting, files?.[0]], [complete, [3], identity])
})

test.run()
