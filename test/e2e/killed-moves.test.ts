/** A kill, or a removal, while files get another place or name: each is in one place afterwards, and whole, or in none. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { filesBelow, mixedFiles } from '../support/content.ts'
import { memoryFolder } from '../support/disks.ts'
import { restFace, type Face } from '../support/faces.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startProcess, type ServerProcess } from '../support/server-process.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const killed = suite('test/e2e/killed-moves')
const waitMs = 30_000
const made = makeMetainfo({ name: 'film', content: 48_000_000, pieceLength: 256 * 1024 })

/** Looks again and again without a pause, so that what is to happen then comes in the middle. */
async function whenReached(isReached: () => boolean): Promise<void> {
  const until = Date.now() + waitMs
  while (!isReached() && Date.now() < until) await setImmediate()
}

async function killWhen(server: ServerProcess, isReached: () => boolean): Promise<void> {
  await whenReached(isReached)
  server.signal('SIGKILL')
  await server.ended()
}

const isWhole = (path: string): boolean => readFileSync(path).equals(made.content)

killed('a move to another disk, a rename and a removal leave a file in one place, or none', async () => {
  using folder = memoryFolder()
  const { path: memory } = folder
  const disk = temporaryFolder()
  assert.is.not(statSync(memory).dev, statSync(disk).dev)
  const variables = {
    RESTTORRENT_DATA_DIR: temporaryFolder(),
    RESTTORRENT_ROOT_DIR: '/',
    RESTTORRENT_PORT: '0',
    RESTTORRENT_LISTEN_HOST: '127.0.0.1',
    RESTTORRENT_MEMORY_ONLY: '0',
  }
  const start = async (): Promise<{ server: ServerProcess; rest: Face }> => {
    const server = startProcess([], variables)
    return { server, rest: restFace(await server.listening()) }
  }
  let { server, rest } = await start()
  try {
    writeFiles(memory, made)
    const session = await openSession(rest)
    const of = { session_id: session.id, info_hash: made.infoHash }
    await addTorrent(rest, session, { file: made.bytes, save_path: memory })
    await whenState(rest, session, made.infoHash, 'seeding')
    const off = await rest.call('move_torrent', { ...of, save_path: disk })
    await rest.call('cancel_job', { job_id: off.job.id })
    await eventually(waitMs, 'the job to obey', async () => {
      return (await rest.call('get_job', { job_id: off.job.id })).job.state === 'cancelled'
    })
    assert.equal([readdirSync(memory), readdirSync(disk)], [['film'], []])
    const moves: [from: string, to: string, isReached: () => boolean][] = [
      [memory, disk, () => existsSync(join(disk, 'film'))], // while it is copied
      [disk, memory, () => !existsSync(join(disk, 'film'))], // while the old copy is removed
    ]
    for (const [from, to, isReached] of moves) {
      const { job } = await rest.call('move_torrent', { ...of, save_path: to })
      await killWhen(server, isReached)
      assert.ok(existsSync(join(from, 'film')) ? isWhole(join(from, 'film')) : isWhole(join(to, 'film')))
      ;({ server, rest } = await start())
      await eventually(waitMs, 'the end of the move', async () => {
        return (await rest.call('get_job', { job_id: job.id })).job.state === 'done'
      })
      const { save_path } = await whenState(rest, session, made.infoHash, 'seeding')
      assert.is(save_path, to.slice(1))
      assert.equal([readdirSync(from), readdirSync(to)], [[], ['film']])
      assert.ok(isWhole(join(to, 'film')))
    }
    void rest.ask('rename_file', { ...of, path: 'film', new_path: 'movie' }).catch(() => undefined)
    await killWhen(server, () => existsSync(join(memory, 'movie')))
    ;({ server, rest } = await start())
    await whenState(rest, session, made.infoHash, 'seeding')
    const { files } = await rest.call('get_files', of)
    const names = files.map(({ path }) => path)
    await eventually(waitMs, 'one name', () => String(readdirSync(memory)) === String(names))
    assert.ok(isWhole(join(memory, names[0] ?? '')))
    const { job } = await rest.call('move_torrent', { ...of, save_path: disk })
    await whenReached(() => existsSync(join(disk, names[0] ?? '')))
    await rest.call('delete_torrent', { ...of, delete_data: 1 })
    await eventually(waitMs, 'the job to end', async () => {
      return (await rest.call('get_job', { job_id: job.id })).job.finished_at !== null
    })
    const isEmpty = (folder: string): boolean => readdirSync(folder).length === 0
    await eventually(waitMs, 'no file anywhere', () => isEmpty(memory) && isEmpty(disk))
  } finally {
    await server[Symbol.asyncDispose]()
  }
})

killed('without hard links names change by renames, which a kill in their middle undoes', async () => {
  const tree = makeMetainfo({ name: 'tree', files: mixedFiles })
  const dataDir = temporaryFolder()
  const here = join(dataDir, 'downloads/here')
  const there = join(dataDir, 'downloads/there')
  const preload = fileURLToPath(new URL('../support/without-links.ts', import.meta.url))
  const start = async (variables: NodeJS.ProcessEnv = {}): Promise<{ server: ServerProcess; rest: Face }> => {
    const server = startProcess(['--port', '0'], {
      RESTTORRENT_DATA_DIR: dataDir,
      RESTTORRENT_LISTEN_HOST: '127.0.0.1',
      RESTTORRENT_MEMORY_ONLY: '0',
      NODE_OPTIONS: `--import=${preload}`,
      ...variables,
    })
    return { server, rest: restFace(await server.listening()) }
  }
  const namesBelow = (name: string): string[] => mixedFiles.map(({ path }) => `${name}/${path}`).toSorted()
  writeFiles(here, tree)
  let { server, rest } = await start({ KILLED_AFTER_RENAME: 'second.bin' })
  try {
    const session = await openSession(rest)
    const of = { session_id: session.id, info_hash: tree.infoHash }
    await addTorrent(rest, session, { file: tree.bytes })
    await whenState(rest, session, tree.infoHash, 'seeding')
    void rest.ask('rename_file', { ...of, path: 'tree', new_path: 'wood' }).catch(() => undefined)
    await server.ended()
    const between = filesBelow(here)
    for (const name of ['tree', 'wood'])
      assert.ok(
        between.some((path) => path.startsWith(`${name}/`)),
        between.join(),
      )
    assert.is(between.length, mixedFiles.length)
    ;({ server, rest } = await start())
    await whenState(rest, session, tree.infoHash, 'seeding')
    await eventually(waitMs, 'one name', () => String(filesBelow(here)) === String(namesBelow('tree')))

    const { ino } = statSync(join(here, 'tree/first.bin'))
    assert.is((await rest.call('rename_file', { ...of, path: 'tree', new_path: 'wood' })).num_files, 5)
    assert.equal(filesBelow(here), namesBelow('wood'))
    const { job } = await rest.call('move_torrent', { ...of, save_path: 'there' })
    await eventually(waitMs, 'the end of the move', async () => {
      return (await rest.call('get_job', { job_id: job.id })).job.state === 'done'
    })
    assert.equal([filesBelow(here), filesBelow(there)], [[], namesBelow('wood')])
    assert.is(statSync(join(there, 'wood/first.bin')).ino, ino, 'nothing is copied')
    for (const { path, content } of tree.files)
      assert.ok(readFileSync(join(there, path.replace('tree', 'wood'))).equals(content), path)
    const torrent = await whenState(rest, session, tree.infoHash, 'seeding')
    assert.equal([torrent.save_path, torrent.progress], ['there', 1])
  } finally {
    await server[Symbol.asyncDispose]()
  }
})

killed('where case is ignored, names change in case alone', async () => {
  const tree = makeMetainfo({ name: 'tree', files: mixedFiles })
  const dataDir = temporaryFolder()
  const here = join(dataDir, 'downloads/here')
  const preload = fileURLToPath(new URL('../support/ignoring-case.ts', import.meta.url))
  writeFiles(here, tree)
  const start = (variables: NodeJS.ProcessEnv = {}): ServerProcess =>
    startProcess(['--port', '0'], {
      RESTTORRENT_DATA_DIR: dataDir,
      RESTTORRENT_LISTEN_HOST: '127.0.0.1',
      RESTTORRENT_MEMORY_ONLY: '0',
      NODE_OPTIONS: `--import=${preload}`,
      CASE_IGNORED_BELOW: here,
      ...variables,
    })
  const doomed = start({ KILLED_BEFORE_LINK: 'renaming-' })
  const before = restFace(await doomed.listening())
  const session = await openSession(before)
  await addTorrent(before, session, { file: tree.bytes })
  await whenState(before, session, tree.infoHash, 'seeding')
  const first = { session_id: session.id, info_hash: tree.infoHash, path: 'tree/first.bin' }
  void before.ask('rename_file', { ...first, new_path: 'tree/FIRST.bin' }).catch(() => undefined)
  await doomed.ended()
  assert.ok(
    filesBelow(here).includes(`tree/renaming-${tree.infoHash}`),
    'it was killed between the two renames',
  )
  await using server = start()
  const rest = restFace(await server.listening())
  await eventually(waitMs, 'the rename to be finished', () => filesBelow(here).includes('tree/FIRST.bin'))
  const of = { session_id: session.id, info_hash: tree.infoHash }
  await whenState(rest, session, tree.infoHash, 'seeding')
  await eventually(waitMs, 'one name', () => filesBelow(here).length === mixedFiles.length)
  const codes = async (path: string, new_path: string): Promise<unknown> =>
    (await rest.ask('rename_file', { ...of, path, new_path })).error?.code
  const names = mixedFiles.map(({ path }) => path)
  await eventually(waitMs, 'a rename after that one', async () => {
    return (await codes('tree/FIRST.bin', 'tree/First.BIN')) === undefined
  })
  assert.equal(
    filesBelow(here),
    names.map((path) => `tree/${path.replace('first.bin', 'First.BIN')}`).toSorted(),
  )
  assert.is(await codes('tree', 'TREE'), undefined)
  const expected = names.map((path) => `TREE/${path.replace('first.bin', 'First.BIN')}`).toSorted()
  assert.equal(filesBelow(here), expected)
  assert.equal((await rest.call('get_files', of)).files.map(({ path }) => path).toSorted(), expected)
  assert.is(await codes('TREE/First.BIN', 'TREE/A FOLDER/second.bin'), 'file_exists')
  await rest.call('recheck_torrent', of)
  const { progress } = await whenState(rest, session, tree.infoHash, 'seeding')
  assert.is(progress, 1)
  for (const { path, content } of tree.files) {
    const now = path.replace('tree', 'TREE').replace('first.bin', 'First.BIN')
    assert.ok(readFileSync(join(here, now)).equals(content), path)
  }
})

killed.run()
