import {
  copyFileSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import * as assert from 'uvu/assert'
import { openStore } from '../../../src/worker/store/store.ts'
import { storeFiles } from '../../../src/worker/store/store-files.ts'
import { contentBytes } from '../../support/content.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { loadAll, putSession, putTorrent, refusal, torrentOf } from './fixture.ts'

const test = suite('worker/store/damage')
const pageSize = 4096

async function filled(): Promise<string> {
  const folder = temporaryFolder()
  const store = await openStore(folder)
  await store.write([putSession(), ...Array.from({ length: 200 }, (_, n) => putTorrent(torrentOf(n)))])
  await store.close()
  return storeFiles(folder).database
}

function overwrite(path: string, offset: number, bytes: Uint8Array): void {
  const descriptor = openSync(path, 'r+')
  writeSync(descriptor, bytes, 0, bytes.length, offset)
  closeSync(descriptor)
}

/** What a damaged file says, and that opening it changed nothing. */
async function assertRefused(path: string, reason: RegExp): Promise<void> {
  const before = readFileSync(path)
  const error = await refusal(openStore(path.slice(0, path.lastIndexOf('/'))))
  assert.is(error.code, 'store_damaged')
  assert.match(error.message, /^resttorrent\.sqlite is damaged \(/)
  assert.match(error.message, reason)
  assert.match(error.message, 'docs/recovery.md')
  assert.equal(error.details, { file: 'resttorrent.sqlite' })
  assert.equal(readFileSync(path), before)
}

test('pages that were overwritten', async () => {
  const path = await filled()
  const pages = statSync(path).size / pageSize
  for (let page = 10; page < pages; page += 10) {
    overwrite(path, page * pageSize, contentBytes(`noise ${page}`, pageSize))
  }
  await assertRefused(path, /./)
})

test('one page that was overwritten with zeros', async () => {
  const path = await filled()
  overwrite(path, 2 * pageSize, new Uint8Array(pageSize))
  await assertRefused(path, /./)
})

test('a header that was overwritten', async () => {
  const path = await filled()
  overwrite(path, 0, contentBytes('noise', 100))
  await assertRefused(path, /not a database/)
})

test('a file that was cut', async () => {
  const path = await filled()
  truncateSync(path, Math.floor(statSync(path).size / 2))
  await assertRefused(path, /./)
})

test('a file that was cut to nothing', async () => {
  const path = await filled()
  truncateSync(path, 0)
  await assertRefused(path, /it is empty/)
})

test('a file that is no database', async () => {
  const path = await filled()
  writeFileSync(path, 'these are the notes of somebody\n'.repeat(1000))
  await assertRefused(path, /not a database/)
})

test('a database of another program', async () => {
  const path = await filled()
  rmSync(path)
  const other = new DatabaseSync(path)
  other.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT)')
  other.close()
  await assertRefused(path, /no store of RestTorrent/)
})

test('a log whose database is gone is refused', async () => {
  const path = await filled()
  const { folder, log } = storeFiles(path.slice(0, path.lastIndexOf('/')))
  copyFileSync(path, log)
  rmSync(path)
  const error = await refusal(openStore(folder))
  assert.equal([error.code, error.details], ['store_damaged', { file: 'resttorrent.sqlite' }])
})

test('the end of a log that was cut off costs only what was not acknowledged', async () => {
  const folder = temporaryFolder()
  const files = storeFiles(folder)
  const store = await openStore(folder)
  await store.write([putSession(), putTorrent(torrentOf(1))])
  // as a power cut leaves it: an unfinished write after the last commit
  const [database, log] = [readFileSync(files.database), readFileSync(files.log)]
  await store.close()
  writeFileSync(files.database, database)
  writeFileSync(files.log, Buffer.concat([log, contentBytes('noise', 3 * pageSize)]))
  const again = await openStore(folder)
  const { torrents } = await loadAll(again)
  await again.close()
  assert.is(torrents[0]?.torrent.infoHash, torrentOf(1).infoHash)
})

test.run()
