import { basename } from 'node:path'
import * as assert from 'uvu/assert'
import type { StoreOperation } from '../../../src/protocol/store-rpc.ts'
import { GroupCommit } from '../../../src/worker/store/group-commit.ts'
import { loadPage } from '../../../src/worker/store/load-page.ts'
import { openDatabase } from '../../../src/worker/store/open-database.ts'
import { migrations } from '../../../src/worker/store/schema.ts'
import { prepareStatements } from '../../../src/worker/store/statements.ts'
import { storeError } from '../../../src/worker/store/store-error.ts'
import { storeFiles } from '../../../src/worker/store/store-files.ts'
import { observeStoreSteps, type StoreStep } from '../../../src/worker/store/store-steps.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { putSession, putTorrent, sessionId, torrentOf } from './fixture.ts'

const test = suite('worker/store/group-commit')

async function fresh() {
  const files = storeFiles(temporaryFolder())
  const { database } = await openDatabase(files, migrations)
  const statements = prepareStatements(database)
  const commits = new GroupCommit(database, statements)
  return {
    database,
    write: async (...operations: StoreOperation[]): Promise<string> => {
      try {
        await commits.write(operations)
        return 'written'
      } catch (error) {
        const known = storeError(error, 'write', basename(files.database))
        return known instanceof RestTorrentError ? known.code : String(error)
      }
    },
    torrents: () =>
      loadPage(statements, { part: 'torrents', after: 0 }).torrents.map(({ torrent }) => torrent.infoHash),
  }
}

test('writes that arrive together share one commit', async () => {
  const { database, write } = await fresh()
  const steps: StoreStep[] = []
  await write(putSession())
  const undo = observeStoreSteps((step) => steps.push(step))
  await Promise.all(Array.from({ length: 50 }, (_, n) => write(putTorrent(torrentOf(n, 50)))))
  undo()
  database.close()
  assert.equal(steps, ['before_begin', 'before_commit', 'after_commit'])
})

test('one that fails takes back its own changes and no other', async () => {
  const { database, write, torrents } = await fresh()
  await write(putSession())
  const [first, second, third] = [torrentOf(1), torrentOf(2), torrentOf(3)]
  const outcomes = await Promise.all([
    write(putTorrent(first)),
    write(putTorrent(second), putTorrent(third, sessionId(9))),
    write(putTorrent(third)),
  ])
  assert.equal(outcomes, ['written', 'session_not_found', 'written'])
  assert.equal(torrents(), [first.infoHash, third.infoHash])
  database.close()
})

test('nobody is answered before the commit', async () => {
  const { database, write } = await fresh()
  const order: string[] = []
  const undo = observeStoreSteps((step) => order.push(step))
  await write(putSession()).then((outcome) => order.push(outcome))
  undo()
  database.close()
  assert.equal(order, ['before_begin', 'before_commit', 'after_commit', 'written'])
})

for (const failing of ['before_begin', 'before_commit'] as const) {
  test(`a fault at ${failing} refuses all of them and keeps nothing; the next write passes`, async () => {
    const { database, write, torrents } = await fresh()
    await write(putSession())
    const undo = observeStoreSteps((step) => {
      if (step === failing) throw new RestTorrentError('disk_failed', 'a fault')
    })
    const writes = [1, 2].map((n) => write(putTorrent(torrentOf(n))))
    assert.equal(await Promise.all(writes), ['disk_failed', 'disk_failed'])
    undo()
    assert.equal(torrents(), [])
    assert.is(await write(putTorrent(torrentOf(3))), 'written')
    assert.equal(torrents(), [torrentOf(3).infoHash])
    database.close()
  })
}

test('when the file can grow no more, what fits is written and the rest is disk_full', async () => {
  const { database, write, torrents } = await fresh()
  await write(putSession())
  const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count'])
  database.exec(`PRAGMA max_page_count = ${pages + 20}`)
  const [small, large, other] = [torrentOf(1, 3_000), torrentOf(2, 500_000), torrentOf(3, 3_000)]
  const outcomes = await Promise.all([small, large, other].map((torrent) => write(putTorrent(torrent))))
  assert.equal(outcomes, ['written', 'disk_full', 'written'])
  database.exec('PRAGMA max_page_count = 1000000')
  assert.is(await write(putTorrent(large)), 'written')
  assert.equal(torrents().sort(), [small.infoHash, large.infoHash, other.infoHash].sort())
  database.close()
})

test('a database that may not be written is disk_read_only', async () => {
  const { database, write } = await fresh()
  database.exec('PRAGMA query_only = ON')
  assert.is(await write(putSession()), 'disk_read_only')
  database.close()
})

test('every commit is synced', async () => {
  const { database } = await fresh()
  const pragma = (name: string): unknown => database.prepare(`PRAGMA ${name}`).get()?.[name]
  assert.equal([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys')], ['wal', 2, 1])
  database.close()
})

test.run()
