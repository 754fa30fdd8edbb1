import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as assert from 'uvu/assert'
import { threadEntries } from '../../../src/main/threads/entries.ts'
import { StoreClient } from '../../../src/main/threads/store-client.ts'
import type { StoreOperation } from '../../../src/protocol/store-rpc.ts'
import { suite, temporaryFolder, within } from '../../support/suite.ts'
import {
  checkpointOf,
  putSession,
  putTorrent,
  refusal,
  sessionId,
  sessionOf,
  torrentOf,
} from '../../worker/store/fixture.ts'

const test = suite('main/threads/store-client')
const open: StoreClient[] = []

async function openIn(dataDir: string): Promise<StoreClient> {
  const lines: string[] = []
  const store = await StoreClient.open(threadEntries.store, { dataDir }, (line) => lines.push(line))
  open.push(store)
  return store
}

test.after.each(async () => {
  for (const store of open.splice(0)) await store.close()
})

test('what was written is loaded by the next, session by session', async () => {
  const folder = temporaryFolder()
  const store = await openIn(folder)
  assert.is(store.opening.created, true)
  await store.write(putSession(2), putSession(1))
  await store.write(
    putTorrent(torrentOf(1)),
    putTorrent(torrentOf(2), sessionId(2)),
    putTorrent(torrentOf(3)),
  )
  await store.close()
  const again = await openIn(folder)
  const { sessions, skipped } = await again.loadAll()
  assert.equal(skipped, [])
  assert.equal(
    sessions.map(({ session }) => session),
    [sessionOf(2), sessionOf(1)],
  )
  assert.equal(
    sessions.map(({ torrents }) => torrents.map(({ torrent }) => torrent)),
    [[torrentOf(2)], [torrentOf(1), torrentOf(3)]],
  )
})

test('bits that a worker goes on setting are kept as they were, and no buffer of the caller is taken', async () => {
  const store = await openIn(temporaryFolder())
  const torrent = torrentOf(1)
  const large = Buffer.concat([Buffer.alloc(10_000), torrent.source.rawInfo ?? Buffer.alloc(0)])
  const rawInfo = large.subarray(10_000)
  await store.write(putSession(), putTorrent({ ...torrent, source: { ...torrent.source, rawInfo } }))
  assert.is(large.length, 10_000 + rawInfo.length)
  const shared = new Uint8Array(new SharedArrayBuffer(2)).fill(0xf0)
  const written = store.write({
    type: 'checkpoint',
    sessionId: sessionId(),
    infoHash: torrent.infoHash,
    checkpoint: { ...checkpointOf(1), bits: shared },
  })
  shared.fill(0xff)
  await written
  const { sessions } = await store.loadAll()
  assert.equal(sessions[0]?.torrents[0]?.torrent, torrent)
  assert.equal(sessions[0]?.torrents[0]?.checkpoint, { ...checkpointOf(1), bits: Uint8Array.of(0xf0, 0xf0) })
})

test('errors keep their codes', async () => {
  const store = await openIn(temporaryFolder())
  assert.is((await refusal(store.write(putTorrent(torrentOf(1))))).code, 'session_not_found')
})

test('a bug in the store is seen as internal, and its stack is put out', async () => {
  const lines: string[] = []
  const store = await StoreClient.open(threadEntries.store, { dataDir: temporaryFolder() }, (line) =>
    lines.push(line),
  )
  open.push(store)
  const wrong = { type: 'put_session', session: { id: 'x' } } as StoreOperation
  assert.is((await refusal(store.write(wrong))).code, 'internal')
  await store.close()
  assert.match(lines.join('\n'), /Error/)
})

test('a second client is refused with data_dir_in_use and leaves no thread', async () => {
  const folder = temporaryFolder()
  const store = await openIn(folder)
  const error = await refusal(openIn(folder))
  assert.equal([error.code, error.details], ['data_dir_in_use', { pid: process.pid }])
  await store.write(putSession())
})

test('a damaged store is refused with store_damaged and leaves no thread', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'resttorrent.sqlite'), 'no database')
  assert.is((await refusal(openIn(folder))).code, 'store_damaged')
})

test('an end of the thread settles every call, and the data directory is free', async () => {
  const folder = temporaryFolder()
  const store = await openIn(folder)
  await store.write(putSession())
  const writes = Array.from({ length: 20 }, (_, n) => refusalOrWritten(store.write(putTorrent(torrentOf(n)))))
  const late = store.backup().catch((error: unknown) => error)
  await store.terminate()
  const outcomes = await within(5_000, 'every call settles', Promise.all(writes))
  await within(5_000, 'the backup settles', late)
  assert.ok(outcomes.every((outcome) => outcome === 'written' || outcome === 'store_gone'))
  assert.is((await refusal(store.write(putSession()))).code, 'store_gone')
  assert.equal(await store.ended, { error: undefined })
  const again = await openIn(folder)
  const { sessions } = await again.loadAll()
  const kept = new Set(sessions[0]?.torrents.map(({ torrent }) => torrent.infoHash))
  for (const [n, outcome] of outcomes.entries()) {
    if (outcome === 'written') assert.ok(kept.has(torrentOf(n).infoHash))
  }
})

test('a closed client refuses with shutting_down and can be closed again', async () => {
  const store = await openIn(temporaryFolder())
  const waiting = store.write(putSession())
  await store.close()
  await waiting
  await store.close()
  assert.is((await refusal(store.write(putSession()))).code, 'shutting_down')
})

test('a backup is answered with its name', async () => {
  const folder = temporaryFolder()
  const store = await openIn(folder)
  await store.write(putSession())
  const { name } = await store.backup()
  assert.equal(readdirSync(join(folder, 'backups')), [name])
})

test('every write that was acknowledged is there after kill -9', async () => {
  const folder = temporaryFolder()
  const acknowledged = new Set<number>()
  for (let kill = 0; kill < 4; kill += 1) {
    for (const n of await acknowledgedUntilKilled(folder, kill * 10_000, 40 + kill * 37)) acknowledged.add(n)
    const store = await openIn(folder)
    const { sessions, skipped } = await store.loadAll()
    await store.close()
    assert.equal(skipped, [])
    const kept = new Set(sessions[0]?.torrents.map(({ torrent }) => torrent.infoHash))
    const lost = [...acknowledged].filter((n) => !kept.has(torrentOf(n).infoHash))
    assert.equal(lost, [], `lost after kill ${kill + 1}`)
  }
  assert.ok(acknowledged.size > 200, `${acknowledged.size} acknowledged`)
})

async function refusalOrWritten(write: Promise<void>): Promise<string> {
  return await write.then(
    () => 'written',
    async () => (await refusal(write)).code,
  )
}

/** Lets a process write until it has acknowledged so many, kills it, and gives all that it acknowledged. */
async function acknowledgedUntilKilled(folder: string, first: number, enough: number): Promise<number[]> {
  const program = join(import.meta.dirname, 'writing-process.ts')
  const child = spawn(process.execPath, [program, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const numbers: number[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    numbers.push(Number(line))
    if (numbers.length === enough) child.kill('SIGKILL')
  })
  try {
    await within(20_000, 'the writing process is killed', closed)
  } finally {
    child.kill('SIGKILL')
  }
  return numbers
}

test.run()
