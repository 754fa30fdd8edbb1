import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import * as assert from 'uvu/assert'
import { openStore, type Store } from '../../../src/worker/store/store.ts'
import { storeFiles } from '../../../src/worker/store/store-files.ts'
import { observeStoreSteps } from '../../../src/worker/store/store-steps.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { loadAll, putSession, putTorrent, refusal, torrentOf } from './fixture.ts'

const test = suite('worker/store/copies')

async function storeWith(folder: string, torrents: number, bytes = 2_000): Promise<Store> {
  const store = await openStore(folder)
  await store.write([putSession()])
  for (let n = 0; n < torrents; n += 1) await store.write([putTorrent(torrentOf(n, bytes))])
  return store
}

/** The way back of docs/recovery.md, step by step: stop, move everything aside, put the backup there, start. */
async function restore(folder: string, name: string): Promise<string[]> {
  const files = storeFiles(folder)
  const aside = join(folder, 'aside')
  mkdirSync(aside)
  for (const file of readdirSync(folder)) {
    if (file.startsWith(basename(files.database))) renameSync(join(folder, file), join(aside, file))
  }
  copyFileSync(join(files.backups, name), files.database)
  const store = await openStore(folder)
  const { torrents } = await loadAll(store)
  await store.close()
  return torrents.map(({ torrent }) => torrent.infoHash)
}

test('the store, what SQLite puts beside it and its copies are for their owner alone', async () => {
  const folder = temporaryFolder() // it may be a mounted one that everybody can read
  chmodSync(folder, 0o755)
  mkdirSync(storeFiles(folder).backups, { mode: 0o755 })
  const store = await storeWith(folder, 1)
  const { name } = await store.backup()
  const { database, backups } = storeFiles(folder)
  for (const path of [database, `${database}-wal`, join(backups, name)])
    assert.is(statSync(path).mode & 0o777, 0o600, path)
  await store.close()
})

test('a damaged store comes back from its backup', async () => {
  const folder = temporaryFolder()
  const store = await storeWith(folder, 20)
  const { name, size } = await store.backup()
  await store.write([putTorrent(torrentOf(99))])
  await store.close()
  const files = storeFiles(folder)
  assert.match(name, /^resttorrent-\d{4}-\d\d-\d\dT[\d-]+Z\.sqlite$/)
  assert.equal(readdirSync(files.backups), [name])
  assert.is(statSync(join(files.backups, name)).size, size)
  truncateSync(files.database, 8192)
  assert.is((await refusal(openStore(folder))).code, 'store_damaged')
  assert.equal(
    await restore(folder, name),
    Array.from({ length: 20 }, (_, n) => torrentOf(n).infoHash),
  )
})

test('a backup made while writes go on is whole, and holds all that was acknowledged before', async () => {
  const folder = temporaryFolder()
  const store = await storeWith(folder, 30, 400_000)
  let written = 30
  const state = { copying: true }
  const copy = store.backup().finally(() => {
    state.copying = false
  })
  while (state.copying) {
    await store.write([putTorrent(torrentOf(written, 5_000))])
    written += 1
  }
  const { name } = await copy
  await store.close()
  const kept = await restore(folder, name)
  assert.ok(written > 31, `${written - 30} written meanwhile`)
  assert.ok(kept.length >= 30)
  assert.equal(
    kept,
    Array.from({ length: kept.length }, (_, n) => torrentOf(n, n < 30 ? 400_000 : 5_000).infoHash),
  )
})

test('two backups at a time are made one after the other', async () => {
  const folder = temporaryFolder()
  const store = await storeWith(folder, 3)
  const names = (await Promise.all([store.backup(), store.backup()])).map(({ name }) => name)
  await store.close()
  assert.equal(readdirSync(storeFiles(folder).backups), names)
  assert.is(new Set(names).size, 2)
})

test('a backup that ends half-way leaves nothing, and neither does one of a killed process', async () => {
  const folder = temporaryFolder()
  const { backups } = storeFiles(folder)
  mkdirSync(backups)
  writeFileSync(join(backups, 'resttorrent-old.sqlite.unfinished-journal'), 'x')
  const store = await storeWith(folder, 3)
  assert.equal(readdirSync(backups), [])
  const undo = observeStoreSteps((step) => {
    if (step === 'before_copy_rename') throw new Error('ended here')
  })
  await store.backup().then(
    () => assert.unreachable(),
    () => undefined,
  )
  undo()
  assert.equal(readdirSync(backups), [])
  const { name } = await store.backup()
  await store.close()
  assert.equal(readdirSync(backups), [name])
})

test('a store that closes ends its backup with shutting_down', async () => {
  const folder = temporaryFolder()
  const store = await storeWith(folder, 60, 400_000)
  const copy = refusal(store.backup())
  await store.write([putTorrent(torrentOf(99))])
  await store.close()
  assert.is((await copy).code, 'shutting_down')
  assert.equal(readdirSync(storeFiles(folder).backups), [])
})

test('a folder of backups that cannot be made is refused with the code of the fault', async () => {
  const folder = temporaryFolder()
  const store = await storeWith(folder, 1)
  rmSync(storeFiles(folder).backups, { force: true, recursive: true })
  writeFileSync(storeFiles(folder).backups, 'a file')
  const error = await refusal(store.backup())
  await store.close()
  assert.is(error.code, 'disk_failed')
})

test.run()
