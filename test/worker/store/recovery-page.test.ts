/** The commands of docs/recovery.md for a store, run as they are written there. */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { openStore } from '../../../src/worker/store/store.ts'
import { storeFiles } from '../../../src/worker/store/store-files.ts'
import { caseWith } from '../../interop/require.ts'
import { contentBytes } from '../../support/content.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { loadAll, putSession, putTorrent, refusal, torrentOf } from './fixture.ts'

const test = suite('docs/recovery')
const page = readFileSync(join(import.meta.dirname, '../../../docs/recovery.md'), 'utf8')
const torrents = 500
const pageSize = 4096

/** What the commands of the page print that hold these words, after `change`. */
function follow(words: string, dataDir: string, change = (commands: string) => commands): string {
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands = '']) => commands)
  const commands = blocks.find((block) => block.includes(words)) ?? ''
  const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', change(commands)], {
    cwd: dataDir,
    encoding: 'utf8',
    env: { ...process.env, RESTTORRENT_DATA_DIR: dataDir },
  })
  assert.equal([status, stderr], [0, ''], commands)
  return stdout
}

async function filled(dataDir: string): Promise<string> {
  const store = await openStore(dataDir)
  const puts = Array.from({ length: torrents }, (_, n) => putTorrent(torrentOf(n, 3000)))
  await store.write([putSession(), ...puts])
  const { name } = await store.backup()
  await store.write([putTorrent(torrentOf(torrents))])
  await store.close()
  return name
}

function damage(path: string): void {
  const descriptor = openSync(path, 'r+')
  for (let at = 60; at < statSync(path).size / pageSize; at += 60)
    writeSync(descriptor, contentBytes(`noise ${at}`, pageSize), 0, pageSize, at * pageSize)
  closeSync(descriptor)
}

test('a backup is put back', async () => {
  const dataDir = temporaryFolder()
  const name = await filled(dataDir)
  damage(storeFiles(dataDir).database)
  assert.is((await refusal(openStore(dataDir))).code, 'store_damaged')
  follow('mv resttorrent.sqlite* aside', dataDir, (commands) =>
    commands.replace('resttorrent-2026-01-31T12-00-00-000Z.sqlite', name),
  )
  const store = await openStore(dataDir)
  assert.is((await loadAll(store)).torrents.length, torrents)
  await store.close()
})

caseWith(test, 'without a backup most torrents of a damaged store are told', ['sqlite3'], async () => {
  const dataDir = temporaryFolder()
  await filled(dataDir)
  const { database } = storeFiles(dataDir)
  damage(database)
  mkdirSync(join(dataDir, 'aside'))
  renameSync(database, join(dataDir, 'aside/resttorrent.sqlite'))
  const lines = follow('recovered.sqlite', dataDir).trim().split('\n')
  assert.ok(lines.length > torrents / 2 && lines.length <= torrents + 1, String(lines.length))
  assert.ok(lines.includes(`magnet:?xt=urn:btih:${torrentOf(0, 3000).infoHash}|0`), lines[0])
})

test.run()
