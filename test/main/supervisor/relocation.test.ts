/** Moves that something else comes in the middle of; real session workers, real pool threads, real disks. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { toWireError } from '../../../src/protocol/errors.ts'
import { HashDesk } from '../../../src/main/supervisor/hash-desk.ts'
import { Relocation } from '../../../src/main/supervisor/relocation.ts'
import { threadEntries } from '../../../src/main/threads/entries.ts'
import { TaskPool } from '../../../src/main/threads/task-pool.ts'
import { filesBelow } from '../../support/content.ts'
import { canMount, mountSmallDisk } from '../../support/disks.ts'
import { makeMetainfo, writeFiles, type MadeMetainfo } from '../../support/metainfo.ts'
import { suite } from '../../support/suite.ts'
import { supervise } from '../../support/supervised.ts'

const relocation = suite('src/main/supervisor/relocation')
const mib = 1024 * 1024
const signal = new AbortController().signal
const options = { signal, mayCopy: true, progress: (): void => undefined }

/** A torrent that seeds from the folder `here`, and what moves it; `onTurn` is called after each part of a copy. */
async function seeding(made: MadeMetainfo) {
  await using stack = new AsyncDisposableStack()
  const sessions = stack.use(supervise())
  const tasks = stack.adopt(new TaskPool(threadEntries.tasks), (pool) => pool.close())
  const hashDesk = new HashDesk(tasks)
  const near = { onTurn: (_turns: number): void => undefined }
  let turns = 0
  const inTurn = async <T>(sessionId: string, work: () => Promise<T>): Promise<T> => {
    const done = await hashDesk.inTurn(sessionId, work)
    near.onTurn((turns += 1))
    return done
  }
  const { supervisor, board, rootDir } = sessions
  const moves = new Relocation({ tasks, hashDesk: { inTurn }, files: supervisor.files, board })
  const here = join(rootDir, 'here')
  writeFiles(here, made)
  const { id } = await sessions.create()
  await sessions.command('upload_torrent', { session_id: id, file: made.bytes, save_path: 'here' })
  const whenSeeding = () =>
    sessions.whenTorrent(id, made.infoHash, 'to seed', ({ state }) => state === 'seeding')
  await whenSeeding()
  const session = supervisor.session(id)
  const record = () => {
    const found = session.records.torrents.get(made.infoHash)
    if (found === undefined) throw new Error('it is gone')
    return found
  }
  /** The code that a move ends with, or `moved`. */
  const move = async (saveFolder: string, mountPoint?: string, onTurn = near.onTurn): Promise<string> => {
    Object.assign(near, { onTurn })
    turns = 0
    return await moves
      .bring(session, made.infoHash, { saveFolder, savePath: 'there', mountPoint }, options)
      .then(
        () => 'moved',
        (error: unknown) => toWireError(error).code,
      )
  }
  const kept = stack.move()
  return {
    moves,
    session,
    record,
    move,
    whenSeeding,
    here,
    rootDir,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

relocation('a move that waited for a rename keeps the names that this gave', async () => {
  const made = makeMetainfo({ name: 'film' })
  await using torrent = await seeding(made)
  const { moves, session, move, record, here, rootDir } = torrent
  const names = Promise.withResolvers<[{ index: number; path: string }]>()
  const renamed = moves.rename(session, made.infoHash, signal, () => names.promise)
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
    const memory = mkdtempSync('/dev/shm/resttorrent-')
    try {
      await using torrent = await seeding(made)
      const { move, record, whenSeeding, here, rootDir } = torrent
      assert.is.not(statSync(memory).dev, statSync(here).dev)
      const target = join(memory, 'there')
      const isAsBefore = async (): Promise<void> => {
        assert.equal([record().saveFolder, record().elsewhere], [here, undefined])
        for (const { path, content } of made.files)
          assert.ok(readFileSync(join(here, path)).equals(content), path)
        await whenSeeding()
      }
      const atTurn = (turn: number, act: () => void) => (turns: number) => {
        if (turns === turn) act()
      }
      for (const [turn, what] of [
        [1, ''],
        [2, 'tree/first'],
      ] as const) {
        const vanish = (): void => rmSync(join(target, what), { recursive: true })
        assert.is(await move(target, undefined, atTurn(turn, vanish)), 'files_changed', `after part ${turn}`)
        await isAsBefore()
        assert.equal(filesBelow(memory), [])
      }
      if (canMount) {
        const mountPoint = join(rootDir, 'disk')
        using disk = new DisposableStack()
        disk.use(mountSmallDisk(mountPoint, 'size=64m'))
        const unmount = (): void => disk.dispose()
        assert.is(await move(mountPoint, mountPoint, atTurn(1, unmount)), 'files_changed')
        await isAsBefore()
        assert.is(await move(mountPoint, mountPoint), 'files_changed')
        assert.equal(readdirSync(mountPoint), [], 'nothing is made where no disk is')
      }
      assert.is(await move(target), 'moved')
      for (const { path, content } of made.files)
        assert.ok(readFileSync(join(target, path)).equals(content), path)
      assert.equal(filesBelow(here), [])
      await whenSeeding()
    } finally {
      rmSync(memory, { recursive: true, force: true })
    }
  },
)

relocation.run()
