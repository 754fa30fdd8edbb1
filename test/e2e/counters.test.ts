/** What is counted of a torrent over its whole life: the process is killed, and nothing of it falls. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import type { TorrentCounters } from '../../src/protocol/counters.ts'
import { openStore } from '../../src/worker/store/store.ts'
import { caseWith } from '../interop/require.ts'
import { restFace, type Face } from '../support/faces.ts'
import { makeMetainfo, writeFiles, type MadeMetainfo } from '../support/metainfo.ts'
import { RecordingHttpTracker, stopTrackers } from '../support/recording-tracker.ts'
import { startSeed } from '../support/seeds.ts'
import { startProcess } from '../support/server-process.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState, whenTorrent } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'
import { loadAll } from '../worker/store/fixture.ts'

const counters = suite('test/e2e/counters')
counters.after.each(stopTrackers)
const waitMs = 20_000
const lookEveryMs = 400

/** One life of a server process on this data directory, ended by a kill. */
async function live<T>(dataDir: string, run: (face: Face) => Promise<T>): Promise<T> {
  await using server = startProcess([], {
    RESTTORRENT_PORT: '0',
    RESTTORRENT_DATA_DIR: dataDir,
    RESTTORRENT_LISTEN_HOST: '127.0.0.1',
    RESTTORRENT_ALLOW_PRIVATE: '127.0.0.0/8',
    RESTTORRENT_MEMORY_ONLY: '0',
  })
  return await run(restFace(await server.listening()))
}

/** One life of a server that ends in order. */
async function serve(dataDir: string, run: (face: Face) => Promise<unknown>): Promise<void> {
  await using server = await startTestServer({
    DATA_DIR: dataDir,
    ALLOW_PRIVATE: '127.0.0.0/8',
    MEMORY_ONLY: '0',
  })
  await run(server.rest)
}

/** The counters of a torrent as the store has them, read from a backup, which is not made more often than they change. */
async function kept(
  face: Face,
  dataDir: string,
  { infoHash }: MadeMetainfo,
): Promise<TorrentCounters | undefined> {
  await delay(lookEveryMs)
  const { name } = await face.call('create_backup')
  const folder = temporaryFolder()
  copyFileSync(join(dataDir, 'backups', name), join(folder, 'resttorrent.sqlite'))
  const store = await openStore(folder)
  const { torrents } = await loadAll(store)
  await store.close()
  return torrents.find(({ torrent }) => torrent.infoHash === infoHash)?.checkpoint?.counters
}

const count = (tracker: RecordingHttpTracker, event: string): number =>
  tracker.events().filter((sent) => sent === event).length

caseWith(
  counters,
  'completed is sent once in the life of a download, over kills',
  ['libtorrent'],
  async () => {
    const beganAt = Date.now()
    const dataDir = temporaryFolder()
    const tracker = await RecordingHttpTracker.start()
    await using seed = await startSeed({ content: 300_000 })
    const { infoHash } = seed.made
    tracker.answer = () => ({ 'failure reason': 'not yet' })
    const magnet = `${seed.magnet}&tr=${encodeURIComponent(tracker.url)}`
    const [session, finished] = await live(dataDir, async (face) => {
      const made = await openSession(face)
      await addTorrent(face, made, { magnet })
      const done = await whenState(face, made, infoHash, 'seeding')
      await eventually(waitMs, 'its end is kept', async () => {
        return (await kept(face, dataDir, seed.made))?.finishedAt
      })
      return [made, done]
    })
    assert.ok((finished.finished_at ?? 0) >= beganAt && (finished.finished_at ?? 0) <= Date.now())
    assert.is(count(tracker, 'completed'), 0)
    tracker.answer = () => ({ interval: 1800, peers: '' })
    await live(dataDir, async (face) => {
      await eventually(waitMs, 'the tracker is told', () => count(tracker, 'completed') === 1)
      await eventually(waitMs, 'that is kept', async () => {
        return (await kept(face, dataDir, seed.made))?.completedTold
      })
    })
    const started = count(tracker, 'started')
    await live(dataDir, async (face) => {
      const { finished_at } = await whenState(face, session, infoHash, 'seeding')
      assert.is(finished_at, finished.finished_at, 'set once')
      const { total, since_start } = await face.call('get_session_statistics', { session_id: session.id })
      assert.equal([total.downloaded, total.torrents_added, total.torrents_finished], [300_000, 1, 1])
      assert.equal([since_start.downloaded, since_start.torrents_added], [0, 0])
      await eventually(waitMs, 'an announce', () => count(tracker, 'started') === started + 1)
      // what were owed would come before the farewell
      await face.call('stop_torrent', { session_id: session.id, info_hash: infoHash })
      await eventually(waitMs, 'a farewell', () => count(tracker, 'stopped') === 1)
    })
    assert.is(count(tracker, 'completed'), 1)
  },
)

counters('what was complete when it was added has its end, and completed is never sent', async () => {
  const beganAt = Date.now()
  const dataDir = temporaryFolder()
  const tracker = await RecordingHttpTracker.start()
  const made = makeMetainfo({ content: 50_000, trackers: [tracker.url] })
  const ends: (number | null)[] = []
  for (const round of [1, 2]) {
    await serve(dataDir, async (face) => {
      if (round === 1) {
        writeFiles(join(dataDir, 'downloads', 'here'), made)
        await addTorrent(face, await openSession(face), { file: made.bytes })
      }
      const [session] = (await face.call('get_session_list')).sessions
      assert.ok(session)
      const { finished_at } = await whenState(face, session, made.infoHash, 'seeding')
      await eventually(waitMs, 'an announce', () => count(tracker, 'started') === round)
      await eventually(waitMs, 'its end is kept', async () => (await kept(face, dataDir, made))?.finishedAt)
      ends.push(finished_at)
    })
  }
  assert.ok((ends[0] ?? 0) >= beganAt && (ends[0] ?? 0) <= Date.now())
  assert.is(ends[1], ends[0])
  assert.is(count(tracker, 'completed'), 0)
})

counters(
  'times run while it seeds, stand while it is stopped, and move with it to another host',
  async () => {
    const [dataDir, otherDir] = [temporaryFolder(), temporaryFolder()]
    const made = makeMetainfo({ content: 50_000 })
    const { infoHash } = made
    const [session, stopped] = await live(dataDir, async (face) => {
      writeFiles(join(dataDir, 'downloads', 'here'), made)
      const opened = await openSession(face)
      await addTorrent(face, opened, { file: made.bytes })
      await whenTorrent(face, opened, infoHash, ({ seeding_time_ms }) => seeding_time_ms > 200)
      await face.call('stop_torrent', { session_id: opened.id, info_hash: infoHash })
      const { activeTimeMs } = await eventually(waitMs, 'the times are kept', async () => {
        const counted = await kept(face, dataDir, made)
        const { active_time_ms } = await face.call('get_torrent', {
          session_id: opened.id,
          info_hash: infoHash,
        })
        return counted?.activeTimeMs === active_time_ms ? counted : undefined
      })
      assert.ok(activeTimeMs > 200)
      return [opened, await whenState(face, opened, infoHash, 'stopped')]
    })
    const times = ['active_time_ms', 'seeding_time_ms', 'finished_at'] as const
    const exported = await live(dataDir, async (face) => {
      const again = await whenState(face, session, infoHash, 'stopped')
      for (const name of times) assert.is(again[name], stopped[name], name)
      const { name } = await face.call('export_session', { session_id: session.id })
      return name
    })
    mkdirSync(join(otherDir, 'imports'))
    copyFileSync(join(dataDir, 'exports', exported), join(otherDir, 'imports', exported))
    writeFiles(join(otherDir, 'downloads', 'here'), made)
    await serve(otherDir, (face) => face.call('import_session', { name: exported }))
    await serve(otherDir, async (face) => {
      const moved = await whenState(face, session, infoHash, 'stopped')
      for (const name of times) assert.is(moved[name], stopped[name], name)
      await face.call('start_torrent', { session_id: session.id, info_hash: infoHash })
      await whenTorrent(face, session, infoHash, (row) => row.active_time_ms > stopped.active_time_ms)
    })
  },
)

counters.run()
