import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as assert from 'uvu/assert'
import { migrations, type Migration } from '../../../src/worker/store/schema.ts'
import { openStore } from '../../../src/worker/store/store.ts'
import { storeFiles } from '../../../src/worker/store/store-files.ts'
import { observeStoreSteps } from '../../../src/worker/store/store-steps.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { loadAll, putSession, refusal, sessionOf } from './fixture.ts'

const test = suite('worker/store/migrate')

const rename: Migration = (database) =>
  database.exec(`UPDATE session SET record = json_set(record, '$.name', 'renamed')`)
const addTable: Migration = (database) => database.exec('CREATE TABLE more (key TEXT) STRICT')
const failing: Migration = (database) => {
  database.exec('DROP TABLE checkpoint')
  throw new Error('this migration fails')
}

async function folderWithSession(): Promise<string> {
  const folder = temporaryFolder()
  const store = await openStore(folder)
  await store.write([putSession()])
  await store.close()
  return folder
}

test('an older file is brought up in order, after a copy of it was made', async () => {
  const folder = await folderWithSession()
  const store = await openStore(folder, [...migrations, rename, addTable])
  const { sessions } = await loadAll(store)
  await store.close()
  assert.is(sessions[0]?.session.name, 'renamed')
  const { migration, schemaVersion } = store.opening
  assert.equal([migration?.from, schemaVersion], [migrations.length, migrations.length + 2])
  assert.match(
    migration?.copy ?? '',
    new RegExp(`^resttorrent-v${migrations.length}-\\d{4}-\\d\\d-\\d\\dT[\\d-]+Z\\.sqlite$`),
  )
  const copy = new DatabaseSync(join(storeFiles(folder).backups, migration?.copy ?? ''))
  const kept = copy.prepare(`SELECT record ->> 'name' AS name FROM session`).get()
  const version = copy.prepare('PRAGMA user_version').get()
  copy.close()
  assert.is(kept?.['name'], sessionOf().name)
  assert.is(version?.['user_version'], migrations.length)
})

test('a file of the newest schema is not migrated again', async () => {
  const folder = await folderWithSession()
  const newer = [...migrations, rename]
  await (await openStore(folder, newer)).close()
  const store = await openStore(folder, newer)
  await store.close()
  assert.is(store.opening.migration, undefined)
})

test('a file of a newer schema is refused with store_too_new and left as it is', async () => {
  const folder = await folderWithSession()
  await (await openStore(folder, [...migrations, addTable])).close()
  const before = readFileSync(storeFiles(folder).database)
  const error = await refusal(openStore(folder))
  const newest = migrations.length
  assert.is(error.code, 'store_too_new')
  assert.equal(error.details, { file: 'resttorrent.sqlite', version: newest + 1, newest })
  assert.equal(readFileSync(storeFiles(folder).database), before)
})

test('a migration that fails leaves the file as the one before left it', async () => {
  const folder = await folderWithSession()
  try {
    await openStore(folder, [...migrations, rename, failing])
    assert.unreachable()
  } catch (error) {
    assert.match(String(error), 'this migration fails')
  }
  const store = await openStore(folder, [...migrations, rename])
  const { sessions } = await loadAll(store)
  await store.close()
  assert.is(store.opening.schemaVersion, migrations.length + 1)
  assert.is(sessions[0]?.session.name, 'renamed')
})

for (const step of ['before_migration', 'before_create_rename'] as const) {
  test(`a first start that ends at ${step} is begun anew by the next`, async () => {
    const folder = temporaryFolder()
    const undo = observeStoreSteps((passed) => {
      if (passed === step) throw new Error('ended here')
    })
    await openStore(folder).then(
      () => assert.unreachable(),
      () => undefined,
    )
    undo()
    const store = await openStore(folder)
    await store.write([putSession()])
    await store.close()
    assert.is(store.opening.created, true)
  })
}

test.run()
