/** Moves that something else comes in the middle of; real session workers, real pool threads, real disks. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { toWireError } from '../../../src/protocol/errors.ts'
import { filesBelow } from '../../support/content.ts'
import { bindFolder, canMount, memoryFolder, mountSmallDisk } from '../../support/disks.ts'
import { makeMetainfo, writeFiles, type MadeMetainfo } from '../../support/metainfo.ts'
import { eventually, suite } from '../../support/suite.ts'
import { supervise } from '../../support/supervised.ts'
import { WatchedDesk } from '../../support/watched-desk.ts'

const relocation = suite('src/main/supervisor/relocation')
const mib = 1024 * 1024
const waitMs = 15_000
const signal = new AbortController().signal
const options = { signal, mayCopy: true, progress: (): void => undefined }

/** A torrent that seeds from the folder `here`, and what moves it. */
async function seeding(made: MadeMetainfo, healMs = 30_000) {
  await using stack = new AsyncDisposableStack()
  let desk: WatchedDesk | undefined
  const sessions = stack.use(supervise({ healMs, hashDesk: (tasks) => (desk = new WatchedDesk(tasks)) }))
  const { supervisor, rootDir } = sessions
  const here = join(rootDir, 'here')
  writeFiles(here, made)
  const { id } = await sessions.create()
  const add = () =>
    sessions.command('upload_torrent', { session_id: id, file: made.bytes, save_path: 'here' })
  await add()
  const whenSeeding = () =>
    sessions.whenTorrent(id, made.infoHash, 'to seed', ({ state }) => state === 'seeding')
  await whenSeeding()
  const session = supervisor.session(id)
  const record = () => {
    const found = session.records.torrents.get(made.infoHash)
    if (found === undefined) throw new Error('it is gone')
    return found
  }
  /** The code that a move ends with, or `moved`; `act` comes after so many parts of a copy. */
  const move = async (saveFolder: string, mountPoint?: string, turn = 0, act = (): unknown => undefined) => {
    let turns = 0
    Object.assign(desk ?? {}, { onTurn: () => (turns += 1) === turn && act() })
    const place = { saveFolder, savePath: 'there', mountPoint }
    return await supervisor.relocation.bring(session, record(), place, options).then(
      () => 'moved',
      (error: unknown) => toWireError(error).code,
    )
  }
  const remove = () => sessions.command('delete_torrent', { session_id: id, info_hash: made.infoHash })
  /** Begins a job; gives its id. */
  const begin = async (save_path: string): Promise<string> =>
    (await sessions.command('move_torrent', { session_id: id, info_hash: made.infoHash, save_path })).job.id
  /** The code that a job has failed with. */
  const endOf = async (job_id: string): Promise<string | undefined> => {
    return await eventually(waitMs, 'the end of the job', async () => {
      const { job } = await sessions.command('get_job', { job_id })
      return job.finished_at !== null && (job.error?.code ?? job.state)
    })
  }
  const kept = stack.move()
  return {
    sessions,
    session,
    relocation: supervisor.relocation,
    /** Ranges of pieces that were hashed so far. */
    hashed: () => desk?.asked ?? 0,
    record,
    add,
    remove,
    move,
    begin,
    endOf,
    whenSeeding,
    here,
    rootDir,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

relocation('a move that waited for a rename keeps the names that this gave', async () => {
  const made = makeMetainfo({ name: 'film' })
  await using torrent = await seeding(made)
  const { session, move, record, here, rootDir } = torrent
  const names = Promise.withResolvers<[{ index: number; path: string }]>()
  const renamed = torrent.relocation.rename(session, record(), signal, () => names.promise)
  const moved = move(join(rootDir, 'there'))
  names.resolve([{ index: 0, path: 'movie' }])
  assert.equal(await renamed, [{ index: 0, path: 'movie' }])
  assert.is(await moved, 'moved')
  assert.equal(record().renamed, [{ index: 0, path: 'movie' }])
  assert.equal([filesBelow(here), filesBelow(join(rootDir, 'there'))], [[], ['movie']])
})

relocation(
  'a target that vanishes in the middle of a copy leaves the torrent where it is, whole',
  async () => {
    const made = makeMetainfo({
      name: 'tree',
      pieceLength: mib,
      files: [
        { path: 'first', content: mib },
        { path: 'second', content: 36 * mib },
      ],
    })
    using folder = memoryFolder()
    const memory = folder.path
    await using torrent = await seeding(made)
    const { move, record, whenSeeding, here, rootDir } = torrent
    assert.is.not(statSync(memory).dev, statSync(here).dev)
    const target = join(memory, 'there')
    const isAsBefore = async (left?: string): Promise<void> => {
      assert.equal([record().saveFolder, record().elsewhere?.saveFolder], [here, left])
      for (const { path, content } of made.files)
        assert.ok(readFileSync(join(here, path)).equals(content), path)
      await whenSeeding()
    }
    for (const [turn, what] of [
      [1, ''],
      [2, 'tree/first'],
    ] as const) {
      const vanish = (): void => rmSync(join(target, what), { recursive: true })
      assert.is(await move(target, undefined, turn, vanish), 'files_changed', `after part ${turn}`)
      await isAsBefore()
      assert.equal(filesBelow(memory), [])
    }
    if (canMount) {
      const mountPoint = join(rootDir, 'disk')
      using disk = new DisposableStack()
      disk.use(mountSmallDisk(mountPoint, 'size=64m'))
      const unmount = (): void => disk.dispose()
      assert.is(await move(mountPoint, mountPoint, 1, unmount), 'files_changed')
      await isAsBefore(mountPoint)
      assert.is(await move(mountPoint, mountPoint), 'files_changed')
      assert.equal(readdirSync(mountPoint), [], 'nothing is made where no disk is')
    }
    assert.is(await move(target), 'moved')
    for (const { path, content } of made.files)
      assert.ok(readFileSync(join(target, path)).equals(content), path)
    assert.equal(filesBelow(here), [])
    await whenSeeding()
  },
)

relocation('copies on a disk that is gone are known until it is back', async () => {
  if (!canMount) return
  const made = makeMetainfo({ name: 'film' })
  using folder = memoryFolder()
  const memory = folder.path
  await using torrent = await seeding(made, 300)
  const { session, move, record, remove, whenSeeding, here, rootDir } = torrent
  const disk = join(rootDir, 'disk')
  const loseCopies = async (): Promise<void> => {
    using mounted = new DisposableStack()
    mounted.use(bindFolder(memory, disk))
    assert.is(await move(disk, disk, 1, () => mounted.dispose()), 'files_changed')
    assert.equal([filesBelow(memory), record().saveFolder], [['film'], here])
    assert.is(record().elsewhere?.saveFolder, disk)
    await whenSeeding()
  }
  await loseCopies()
  await torrent.relocation.sweep(session, record())
  assert.is(record().elsewhere?.saveFolder, disk, 'not before it is mounted')
  {
    using _again = bindFolder(memory, disk)
    await torrent.relocation.sweep(session, record())
    assert.equal([filesBelow(memory), record().elsewhere], [[], undefined])
  }
  await loseCopies()
  const removed = record()
  await remove()
  const [removal] = session.records.removals
  await torrent.relocation.sweep(session, removed, removal).then(
    () => assert.unreachable('the copies were not seen'),
    (error: unknown) => assert.is(toWireError(error).code, 'files_changed'),
  )
  using _again = bindFolder(memory, disk)
  await eventually(waitMs, 'the removal to be done', () => session.records.removals.size === 0)
  assert.equal([filesBelow(memory), filesBelow(here)], [[], ['film']])
})

relocation('copies that the next life of a torrent has are its own, also when its session goes', async () => {
  if (!canMount) return
  const made = makeMetainfo({ name: 'film' })
  using folder = memoryFolder()
  const memory = folder.path
  await using torrent = await seeding(made)
  const { sessions, session, move, remove, here, rootDir } = torrent
  const session_id = session.id
  using _ = bindFolder(memory, join(rootDir, 'disk'))
  await sessions.command('stop_session', { session_id })
  const ended = await move(join(rootDir, 'disk'), undefined, 1, async () => {
    await remove()
    await sessions.command('upload_torrent', { session_id, file: made.bytes, save_path: 'disk' })
  })
  assert.is(ended, 'torrent_not_found')
  assert.equal([filesBelow(here), filesBelow(memory)], [['film'], ['film']])
  const [removal] = session.records.removals
  assert.ok(removal)
  await sessions.command('delete_session', { session_id })
  await torrent.relocation.sweep(session, removal.record, removal) // after any that began before
  assert.equal([filesBelow(here), filesBelow(memory)], [['film'], ['film']])
})

relocation('a file of which nothing is claimed is not copied, and does not stay', async () => {
  const made = makeMetainfo({
    name: 'tree',
    pieceLength: 16 * 1024,
    files: [
      { path: 'first', content: 32 * 1024 },
      { path: 'second', content: 32 * 1024 },
    ],
  })
  using folder = memoryFolder()
  const memory = folder.path
  await using torrent = await seeding(made, 300)
  const { sessions, session, move, record, remove, here } = torrent
  const session_id = session.id
  await remove()
  rmSync(join(here, 'tree/second'))
  await sessions.command('upload_torrent', { session_id, file: made.bytes, save_path: 'here' })
  await sessions.whenTorrent(session_id, made.infoHash, 'the first file', ({ state, progress }) => {
    return state === 'downloading' && progress === 0.5
  })
  await sessions.command('stop_session', { session_id })
  writeFileSync(join(here, 'tree/second'), 'the begin of a piece')
  assert.is(await move(memory), 'moved')
  assert.equal([filesBelow(here), filesBelow(memory)], [[], ['tree/first']])
  assert.equal([record().saveFolder, record().elsewhere], [memory, undefined])
})

relocation('a removal is done when no copy is left, also where the torrent is back by then', async () => {
  const made = makeMetainfo({ name: 'film' })
  using folder = memoryFolder()
  const memory = folder.path
  await using torrent = await seeding(made)
  const { session, move, begin, endOf, record, add, remove, whenSeeding, here } = torrent
  const before = record()
  const whenNext = async (): Promise<boolean> => (await whenSeeding()).added_at !== before.addedAt
  let later = ''
  const ended = await move(memory, undefined, 1, async () => {
    for (const folder of ['one', 'other', 'last']) later = await begin(folder) // the last waits for another
    await remove()
    await add()
    await eventually(waitMs, 'the next life to be reported', whenNext)
    assert.is(session.records.removals.size, 1)
    assert.equal(filesBelow(memory), ['film'])
  })
  assert.is(ended, 'torrent_not_found')
  await eventually(waitMs, 'the removal to be done', () => session.records.removals.size === 0)
  assert.equal([filesBelow(memory), filesBelow(here)], [[], ['film']])
  assert.is(await endOf(later), 'torrent_not_found', 'a job moves no torrent that was added since')
  assert.equal([record().saveFolder, record().elsewhere], [here, undefined])
  await whenSeeding()
})

relocation('a check that is asked for while the files are held is made when they are moved', async () => {
  const made = makeMetainfo({ name: 'film' })
  using folder = memoryFolder()
  await using torrent = await seeding(made)
  const { sessions, session, move, hashed, whenSeeding } = torrent
  let before = 0
  const ended = await move(folder.path, undefined, 2, async () => {
    await sessions.command('recheck_torrent', { session_id: session.id, info_hash: made.infoHash })
    await whenSeeding() // the worker is not told yet
    before = hashed()
  })
  assert.is(ended, 'moved')
  await eventually(waitMs, 'the check', () => hashed() > before)
  await whenSeeding()
  assert.ok(readFileSync(join(folder.path, 'film')).equals(made.content))
})

relocation.run()
