/** A disk that hangs under one session of a whole server: all else goes on, and the process can be ended. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { SessionView } from '../../src/protocol/session.ts'
import { makeFifo } from '../support/disks.ts'
import { restFace, type Face } from '../support/faces.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startProcess, type ServerProcess } from '../support/server-process.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const hung = suite('test/e2e/hung-disk')
const program = join(import.meta.dirname, '../support/hung-server.ts')
const [first, second, third] = ['one', 'two', 'three'].map((name) => makeMetainfo({ name }))
/** Silence for ten seconds, and five more in which the thread does not end. */
const reportedWithinMs = 30_000

interface Place {
  readonly server: ServerProcess
  readonly face: Face
  readonly held: SessionView
  readonly other: SessionView
}

const start = (dataDir: string, variables: NodeJS.ProcessEnv = {}, of?: string): ServerProcess =>
  startProcess(['--port', '0', '--data-dir', dataDir, '--listen-host', '127.0.0.1'], variables, of)

/** A server with two durable sessions, the thread of one of which waits for its disk. */
async function hang(dataDir: string): Promise<Place> {
  const fifo = join(temporaryFolder(), 'fifo')
  makeFifo(fifo)
  const server = start(dataDir, { HUNG_ON: fifo }, program)
  const face = restFace(await server.listening())
  const [held, other] = [
    await openSession(face, { memory_only: 0 }),
    await openSession(face, { memory_only: 0 }),
  ]
  if (first) writeFiles(join(dataDir, 'downloads/hung'), first)
  await addTorrent(face, held, { file: first?.bytes, save_path: 'hung' })
  return { server, face, held, other }
}

async function idsOf(face: Face): Promise<string[]> {
  return (await face.call('get_session_list')).sessions.map(({ id }) => id)
}

async function titlesOf(face: Face, { id }: SessionView): Promise<string[]> {
  const { torrents } = await face.call('get_torrent_list', { session_id: id })
  return torrents.map(({ name }) => name).sort()
}

hung('the server answers, reports the session with what helps, and deletes it with its files', async () => {
  const dataDir = temporaryFolder()
  const place = await hang(dataDir)
  await using server = place.server
  const { face, held, other } = place
  await addTorrent(face, other, { file: second?.bytes })
  await whenState(face, other, second?.infoHash ?? '', 'downloading')
  const view = await eventually(reportedWithinMs, 'it is reported', async () => {
    const { sessions } = await face.call('get_session_list')
    assert.equal(await titlesOf(face, held), ['one'])
    const found = sessions.find(({ id }) => id === held.id)
    return found?.state === 'failed' && found
  })
  assert.is(view.last_error?.code, 'disk_unresponsive')
  assert.match(view.last_error?.message ?? '', /restart RestTorrent/)
  const file = join(dataDir, 'downloads/hung/one')
  await face.call('delete_torrent', {
    session_id: held.id,
    info_hash: first?.infoHash ?? '',
    delete_data: 1,
  })
  await face.call('delete_session', { session_id: held.id })
  assert.equal(await idsOf(face), [other.id])
  const told = `"port":${held.port},"msg":"the worker of a deleted session waits`
  await eventually(5_000, 'its port is told', () => server.output().includes(told))
  const again = { port_range: `${held.port},${held.port}`, dht: 0 }
  assert.is((await face.ask('create_session', again)).error?.code, 'bind_failed')
  await whenState(face, other, second?.infoHash ?? '', 'downloading')
  assert.ok(existsSync(file), 'while the thread may still touch it')
  server.signal('SIGTERM')
  assert.is(await server.ended(), null)
  assert.match(server.output(), 'the process ends itself by SIGKILL')

  await using next = start(dataDir)
  const after = restFace(await next.listening())
  assert.equal(await idsOf(after), [other.id])
  await eventually(20_000, 'the file is gone', () => !existsSync(file))
  await whenState(after, other, second?.infoHash ?? '', 'downloading')
  assert.is((await after.call('create_session', again)).session.port, held.port)
})

hung('a kill -9 while a thread hangs loses nothing that was acknowledged', async () => {
  const dataDir = temporaryFolder()
  const place = await hang(dataDir)
  {
    await using server = place.server
    const { face, held, other } = place
    // to the session whose thread waits already
    await addTorrent(face, held, { file: second?.bytes, save_path: 'beside' })
    await addTorrent(face, other, { file: third?.bytes })
    await face.call('delete_torrent', { session_id: held.id, info_hash: first?.infoHash ?? '' })
    server.signal('SIGKILL')
    await server.ended()
  }
  await using server = start(dataDir)
  const face = restFace(await server.listening())
  const { sessions } = await face.call('get_session_list')
  assert.equal(
    sessions.map(({ id, port }) => [id, port]).sort(),
    [place.held, place.other].map(({ id, port }) => [id, port]).sort(),
  )
  assert.equal(await titlesOf(face, place.held), ['two'])
  assert.equal(await titlesOf(face, place.other), ['three'])
  await whenState(face, place.held, second?.infoHash ?? '', 'downloading')
})

hung.run()
