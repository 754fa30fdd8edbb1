/** Torrents made of files under the root: for other clients, and seeded from where the files are. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { CommandOutput } from '../../src/protocol/commands.ts'
import type { SessionView } from '../../src/protocol/session.ts'
import { caseWith } from '../interop/require.ts'
import { python } from '../peers/tools.ts'
import { startTransmission } from '../peers/transmission.ts'
import { contentHash, filesBelow, mixedFiles } from '../support/content.ts'
import type { Face, Parameters } from '../support/faces.ts'
import { countingSession, hashRequests } from '../support/hash-count.ts'
import { adminKey, codeOf, makeKey } from '../support/keys.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startLeech } from '../support/seeds.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const create = suite('test/e2e/create-torrent')
const waitMs = 20_000
const tree = makeMetainfo({ name: 'tree', files: mixedFiles })

type Job = CommandOutput<'get_job'>['job']

let server: TestServer
let session: SessionView

create.before(async () => {
  const settings = { ADMIN_KEY: adminKey, ALLOW_PRIVATE: 'loopback' }
  server = await startTestServer(settings, countingSession())
  session = await openSession(server.rest)
})

/** The job as soon as it is so. */
async function whenJob(face: Face, { id }: Job, holds: (job: Job) => boolean): Promise<Job> {
  return await eventually(waitMs, 'the job', async () => {
    const { job } = await face.call('get_job', { job_id: id })
    return holds(job) && job
  })
}

async function made(face: Face, of: SessionView, parameters: Parameters): Promise<Job> {
  const { job } = await face.call('create_torrent', { session_id: of.id, ...parameters })
  return await whenJob(face, job, ({ finished_at }) => finished_at !== null)
}

caseWith(
  create,
  'libtorrent makes the same info hash, reads what was said, and downloads from the seed',
  ['libtorrent'],
  async () => {
    const folder = join(server.rootDir, 'films')
    writeFiles(folder, tree)
    writeFileSync(join(folder, 'tree/.hidden'), 'a hidden file')
    symlinkSync('/etc/hostname', join(folder, 'tree/link'))
    symlinkSync('/etc', join(folder, 'tree/folder link'))
    const trackers = [
      ['http://192.0.2.1/announce', 'udp://192.0.2.1:1/announce'],
      'http://192.0.2.2/announce',
    ]
    const said = {
      private: 1,
      trackers,
      web_seeds: 'http://192.0.2.3/',
      comment: 'of ours',
      piece_length: 32768,
    }
    const before = hashRequests()
    const job = await made(server.rest, session, { path: 'films/tree', seed: 1, ...said })
    assert.is(job.state, 'done', JSON.stringify(job))
    const { metainfo, info_hash, ...rest } = job.result as { metainfo: string; info_hash: string }
    const size = 505_377 + 13
    const facts = { size, num_files: 6, piece_length: 32768, num_pieces: 16, left_out: 2 }
    assert.equal(rest, { name: 'tree', ...facts })
    const torrent = join(temporaryFolder(), 'made.torrent')
    const bytes = Buffer.from(metainfo, 'base64')
    writeFileSync(torrent, bytes)
    const script = join(import.meta.dirname, '../peers/read-v1.py')
    const read = JSON.parse(execFileSync(python, [script, torrent, folder], { encoding: 'utf8' })) as object
    assert.equal(read, {
      info_hash,
      made: info_hash,
      name: 'tree',
      private: true,
      trackers: [
        ['http://192.0.2.1/announce', 0],
        ['udp://192.0.2.1:1/announce', 0],
        ['http://192.0.2.2/announce', 1],
      ],
      web_seeds: ['http://192.0.2.3/'],
      comment: 'of ours',
    })
    const { jobs } = await server.rest.call('get_jobs')
    assert.equal(
      jobs.find(({ id }) => id === job.id)?.result,
      { info_hash, ...rest },
      'a list has no metainfo',
    )
    const reader = await makeKey(server, { scope: 'read', sessions: 'all' })
    const { job: seen } = await reader.face.call('get_job', { job_id: job.id })
    assert.equal(seen.result, { info_hash, ...rest }, 'metainfo may hold a passkey')

    await whenState(server.rest, session, info_hash, 'seeding')
    const other = await made(server.rest, session, {
      path: 'films/tree',
      seed: 1,
      name: 'wood',
      source: 'us',
    })
    assert.is(other.state, 'done', JSON.stringify(other))
    const result = other.result as { metainfo: string; info_hash: string; name: string }
    assert.is(result.name, 'wood')
    await whenState(server.rest, session, result.info_hash, 'seeding')
    assert.is(hashRequests(), before, 'nothing is hashed again')
    await using leech = await startLeech({ bytes: Buffer.from(result.metainfo, 'base64') })
    await leech.download(session.port)
    const there = filesBelow(join(leech.folder, 'wood'))
    assert.equal(there, ['.hidden', ...mixedFiles.map(({ path }) => path)].toSorted())
    for (const path of there)
      assert.is(contentHash(join(leech.folder, 'wood', path)), contentHash(join(folder, 'tree', path)), path)
  },
)

caseWith(
  create,
  'Transmission reads what was made, and downloads from the seed',
  ['transmission-daemon'],
  async () => {
    const folder = join(server.rootDir, 'shows')
    writeFiles(folder, tree)
    const said = { trackers: 'http://192.0.2.1/announce', web_seeds: 'http://192.0.2.3/', comment: 'of ours' }
    const job = await made(server.rest, session, { path: 'shows/tree', name: 'shows', seed: 1, ...said })
    const { metainfo, info_hash } = job.result as { metainfo: string; info_hash: string }
    const torrent = join(temporaryFolder(), 'made.torrent')
    writeFileSync(torrent, Buffer.from(metainfo, 'base64'))
    await whenState(server.rest, session, info_hash, 'seeding')
    const there = temporaryFolder()
    const peer = await startTransmission()
    try {
      await peer.add({ torrent }, there)
      const of = { session_id: session.id, info_hash }
      await server.rest.call('add_peer', { ...of, address: `127.0.0.1:${peer.port}` })
      await peer.complete(waitMs)
    } finally {
      await peer.stop()
    }
    for (const { path, content } of tree.files.filter(({ content: { length } }) => length > 0))
      assert.ok(readFileSync(join(there, path.replace('tree', 'shows'))).equals(content), path)
  },
)

create('a lone file has the usual piece length, and what no torrent can hold fails', async () => {
  const lone = makeMetainfo({ name: 'lone', content: 100_000 })
  writeFiles(server.rootDir, lone)
  const job = await made(server.rest, session, { path: join(server.rootDir, 'lone') })
  assert.is(job.result?.['info_hash'], lone.infoHash, JSON.stringify(job))
  mkdirSync(join(server.rootDir, 'nothing/within'), { recursive: true })
  assert.is((await made(server.rest, session, { path: 'nothing' })).error?.code, 'invalid_metainfo')
  writeFiles(server.rootDir, makeMetainfo({ name: 'con' }))
  assert.is((await made(server.rest, session, { path: 'con' })).state, 'done')
  assert.is((await made(server.rest, session, { path: 'con', seed: 1 })).error?.code, 'invalid_path')
  const codes = async (parameters: Parameters) =>
    codeOf(await server.rest.ask('create_torrent', { session_id: session.id, path: 'lone', ...parameters }))
  for (const wrong of [{ piece_length: 20_000 }, { piece_length: 8192 }, { name: 'a/b' }, { name: '..' }])
    assert.is(await codes(wrong), 'invalid_parameter')
  assert.is(await codes({ trackers: [['ftp://192.0.2.1/']] }), 'invalid_parameter')
  assert.is(await codes({ path: 'none' }), 'not_found')
})

create('a tenant makes torrents of its own files alone', async () => {
  const one = await makeKey(server, { scope: 'control', root: 't/one' })
  const two = await makeKey(server, { scope: 'control', root: 't/two' })
  const [mine, theirs] = [join(server.rootDir, 't/one'), join(server.rootDir, 't/two')]
  for (const folder of [mine, theirs]) writeFiles(folder, tree)
  for (const [name, target] of [
    ['link', theirs],
    ['relative', '../two/tree'],
    ['file', join(theirs, 'tree/first.bin')],
  ] as const)
    symlinkSync(target, join(mine, name))
  const own = await openSession(one.face)
  const ask = async (path: string, id = own.id) =>
    codeOf(await one.face.ask('create_torrent', { session_id: id, path }))
  const outside = ['..', '../two', '../two/tree', 'tree/../../two', theirs, '/etc', 'link', 'link/tree']
  for (const path of [...outside, 'relative', 'relative/first.bin', 'file'])
    assert.is(await ask(path), 'path_outside_root', path)
  for (const path of ['.', 'tree/..', './']) assert.is(await ask(path), 'invalid_path', path)
  assert.is(await ask('tree', session.id), 'session_not_found')
  const job = await made(one.face, own, { path: 'tree' })
  assert.is(job.result?.['info_hash'], tree.infoHash, JSON.stringify(job))
  assert.is(codeOf(await two.face.ask('get_job', { job_id: job.id })), 'job_not_found')
})

create('a job that is called off ends, and shows how far it came', async () => {
  const path = join(server.rootDir, 'large')
  writeFileSync(path, '')
  truncateSync(path, 64 * 1024 ** 3)
  const { job } = await server.rest.call('create_torrent', { session_id: session.id, path: 'large', seed: 1 })
  assert.equal([job.kind, job.session_id], ['create_torrent', session.id])
  await whenJob(server.rest, job, ({ progress }) => progress > 0)
  await server.rest.call('cancel_job', { job_id: job.id })
  const ended = await whenJob(server.rest, job, ({ finished_at }) => finished_at !== null)
  assert.is(ended.state, 'cancelled')
  assert.ok(ended.progress < 1)
})

create('the server ends with nothing left behind', async () => {
  await server[Symbol.asyncDispose]()
})

create.run()
