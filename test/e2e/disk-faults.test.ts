/** Faults of the disk, made for real: each stops its own torrent, says why, and ends when the cause does. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { absence, addCase } from '../interop/require.ts'
import type { Tool } from '../peers/tools.ts'
import type { ErrorCode } from '../../src/protocol/errors.ts'
import type { SessionView } from '../../src/protocol/session.ts'
import type { TorrentRow } from '../../src/protocol/torrent.ts'
import { canFreeze, canMount, freeze, makeFifo, mountSmallDisk } from '../support/disks.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startSeed, type Seed } from '../support/seeds.ts'
import { supervise, type Supervised } from '../support/supervised.ts'
import { eventually, suite } from '../support/suite.ts'

const faults = suite('test/e2e/disk-faults')
const bystander = makeMetainfo({ name: 'bystander', content: 20_000 })
const healMs = 300
const megabyte = 1024 * 1024

/** A server with a session under test, and seeding torrents in it and in another session that must not notice. */
interface Place extends AsyncDisposable {
  readonly server: Supervised
  readonly session: SessionView
  /** Throws where a torrent beside the faulty one was touched. */
  checkBystanders(): void
  /** Adds a torrent of the session under test below the folder `faulty`. */
  add(parameters: object): Promise<TorrentRow>
  fails(infoHash: string, code: ErrorCode): Promise<void>
  reaches(infoHash: string, state: TorrentRow['state']): Promise<void>
}

async function openPlace(options: { healMs?: number } = { healMs }): Promise<Place> {
  const server = supervise(options)
  const sessions = [await server.create(), await server.create()]
  const [session] = sessions
  assert.ok(session)
  for (const [at, { id }] of sessions.entries()) {
    writeFiles(join(server.rootDir, `beside ${at}`), bystander)
    const file = bystander.bytes
    await server.command('upload_torrent', { session_id: id, save_path: `beside ${at}`, file })
    await server.whenTorrent(id, bystander.infoHash, 'it seeds', ({ state }) => state === 'seeding')
  }
  const add: Place['add'] = async (parameters) =>
    await server.command('upload_torrent', { session_id: session.id, save_path: 'faulty', ...parameters })
  return {
    server,
    session,
    add,
    checkBystanders: () => {
      for (const { id } of sessions) {
        assert.is(server.board.session(id)?.torrents.get(bystander.infoHash)?.state, 'seeding')
        assert.is(server.board.sessions.get(id)?.worker.generation, 1)
      }
    },
    fails: async (infoHash, code) => {
      const holds = (row: TorrentRow) => row.state === 'error' && row.error?.code === code
      await server.whenTorrent(session.id, infoHash, `${code} is told`, holds)
    },
    reaches: async (infoHash, state) => {
      await server.whenTorrent(session.id, infoHash, state, (row) => row.state === state)
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** A download into `faulty` fails with the code, and ends well by itself when the cause is gone. */
async function failsAndHeals(place: Place, seed: Seed, code: ErrorCode, mend: () => void): Promise<void> {
  const { infoHash, content, name } = seed.made
  await place.add({ magnet: seed.magnet })
  await place.fails(infoHash, code)
  place.checkBystanders()
  mend()
  await place.reaches(infoHash, 'seeding')
  place.checkBystanders()
  assert.equal(readFileSync(join(place.server.rootDir, 'faulty', name)), content)
}

/** A case that needs these programs, and a fault that not every user may make. */
function faultCase(title: string, tools: readonly Tool[], canMake: boolean, body: () => Promise<void>): void {
  const forbidden = { kind: 'forbidden', why: 'this user may not mount or freeze' } as const
  addCase(faults, title, absence(tools) ?? (canMake ? undefined : forbidden), body)
}

faultCase(
  'a disk that is full is disk_full, and the download goes on when there is room',
  ['libtorrent'],
  canMount,
  async () => {
    await using place = await openPlace()
    using disk = mountSmallDisk(join(place.server.rootDir, 'faulty'), 'size=512k')
    await using seed = await startSeed({ content: megabyte })
    await failsAndHeals(place, seed, 'disk_full', () => disk.remount('size=2m'))
    await place.server.command('stop_torrent', {
      session_id: place.session.id,
      info_hash: seed.made.infoHash,
    })
    await place.reaches(seed.made.infoHash, 'stopped') // nothing is open when the disk goes
  },
)

faultCase(
  'a file system that is read-only is disk_read_only, until it is not',
  ['libtorrent'],
  canMount,
  async () => {
    await using place = await openPlace()
    using disk = mountSmallDisk(join(place.server.rootDir, 'faulty'), 'size=2m')
    disk.remount('ro')
    await using seed = await startSeed({ content: megabyte })
    await failsAndHeals(place, seed, 'disk_read_only', () => disk.remount('rw'))
  },
)

faultCase(
  'reserving more than there is room for is insufficient_space, until there is',
  [],
  canMount,
  async () => {
    await using place = await openPlace()
    const made = makeMetainfo({ content: megabyte })
    using disk = mountSmallDisk(join(place.server.rootDir, 'faulty'), 'size=2m')
    const stopped = { file: made.bytes, storage_mode: 'allocate', autostart: 0 }
    await place.add(stopped)
    disk.remount('size=512k')
    const name = { session_id: place.session.id, info_hash: made.infoHash }
    await place.server.command('start_torrent', name)
    await place.fails(made.infoHash, 'insufficient_space')
    place.checkBystanders()
    disk.remount('size=2m')
    await place.reaches(made.infoHash, 'downloading')
  },
)

faultCase(
  'a disk that is unmounted before anything is on it is files_changed, until it is mounted again',
  ['libtorrent'],
  canMount,
  async () => {
    await using place = await openPlace()
    const { server, session } = place
    const folder = join(server.rootDir, 'faulty')
    await using seed = await startSeed({ content: megabyte })
    const { infoHash, bytes, content, name } = seed.made
    const other = makeMetainfo({ name: 'other' })
    const named = (info_hash: string) => ({ session_id: session.id, info_hash })
    const peer = { ...named(infoHash), address: `127.0.0.1:${seed.port}` }
    {
      using _disk = mountSmallDisk(folder, 'size=4m')
      await place.add({ file: bytes })
      await place.add({ file: other.bytes, save_path: 'faulty/below', autostart: 0 })
      await place.reaches(infoHash, 'downloading')
    }
    await server.command('add_peer', peer)
    await server.command('start_torrent', named(other.infoHash))
    await place.fails(infoHash, 'files_changed')
    await place.fails(other.infoHash, 'files_changed')
    assert.equal(readdirSync(folder), [], 'nothing is written to what is under it')
    using _disk = mountSmallDisk(folder, 'size=4m')
    await place.reaches(other.infoHash, 'downloading')
    const isOpen = ({ state }: TorrentRow): boolean => state === 'downloading' || state === 'seeding'
    await server.whenTorrent(session.id, infoHash, 'it goes on', isOpen)
    await server.command('add_peer', peer)
    await place.reaches(infoHash, 'seeding')
    assert.equal(readFileSync(join(folder, name)), content)
    for (const hash of [infoHash, other.infoHash]) {
      await server.command('stop_torrent', named(hash))
      await place.reaches(hash, 'stopped') // nothing is open when the disk goes
    }
  },
)

faultCase(
  'a folder that may not be changed is disk_denied, until it may',
  ['libtorrent'],
  canFreeze,
  async () => {
    await using place = await openPlace()
    const folder = join(place.server.rootDir, 'faulty')
    mkdirSync(folder)
    await using seed = await startSeed({ content: 100_000 })
    using frozen = freeze(folder)
    await failsAndHeals(place, seed, 'disk_denied', () => frozen[Symbol.dispose]())
  },
)

faultCase(
  'files that cannot be deleted are deleted when they can, and spare what was added since',
  [],
  canFreeze,
  async () => {
    await using place = await openPlace()
    const { server, session } = place
    const made = makeMetainfo({ content: 20_000 })
    const folder = join(server.rootDir, 'faulty')
    writeFiles(folder, made)
    writeFiles(join(server.rootDir, 'again'), made)
    await place.add({ file: made.bytes })
    await place.reaches(made.infoHash, 'seeding')
    {
      using _ = freeze(folder)
      const named = { session_id: session.id, info_hash: made.infoHash }
      await server.command('delete_torrent', { ...named, delete_data: 1 })
      const { removals } = server.supervisor.session(session.id).records
      await place.add({ file: made.bytes, save_path: 'again' })
      await place.reaches(made.infoHash, 'seeding')
      assert.is(removals.size, 1, 'it is not given up')
    }
    await eventually(5000, 'deleted', () => !existsSync(join(folder, made.name)))
    await eventually(5000, 'done', () => server.supervisor.session(session.id).records.removals.size === 0)
    await place.reaches(made.infoHash, 'seeding')
    assert.ok(existsSync(join(server.rootDir, 'again', made.name)))
    place.checkBystanders()
  },
)

faults('a FIFO in the place of a file is files_changed and holds nobody up', async () => {
  await using place = await openPlace()
  const made = makeMetainfo({ content: 100_000 })
  const path = join(place.server.rootDir, 'faulty', made.name)
  mkdirSync(join(place.server.rootDir, 'faulty'))
  makeFifo(path)
  await place.add({ file: made.bytes, storage_mode: 'allocate' })
  await place.fails(made.infoHash, 'files_changed')
  place.checkBystanders()
  rmSync(path)
  await place.reaches(made.infoHash, 'downloading')
})

faults('a FIFO that takes the place of a file of a stopped seed is files_changed at its start', async () => {
  await using place = await openPlace({})
  const made = makeMetainfo({ content: 100_000 })
  writeFiles(join(place.server.rootDir, 'faulty'), made)
  const path = join(place.server.rootDir, 'faulty', made.name)
  await place.add({ file: made.bytes })
  await place.reaches(made.infoHash, 'seeding')
  const name = { session_id: place.session.id, info_hash: made.infoHash }
  await place.server.command('stop_torrent', name)
  await place.reaches(made.infoHash, 'stopped')
  renameSync(path, `${path}.aside`)
  makeFifo(path)
  await place.server.command('start_torrent', name)
  await place.fails(made.infoHash, 'files_changed')
  place.checkBystanders()
  rmSync(path)
  renameSync(`${path}.aside`, path)
  await place.server.command('start_torrent', name)
  await place.reaches(made.infoHash, 'seeding')
})

faults('a file in the place of a folder is files_changed, until it is gone', async () => {
  await using place = await openPlace()
  const made = makeMetainfo({ name: 'tree', files: [{ path: 'deep/a', content: 100_000 }] })
  mkdirSync(join(place.server.rootDir, 'faulty'))
  writeFileSync(join(place.server.rootDir, 'faulty/tree'), 'in the way')
  await place.add({ file: made.bytes, storage_mode: 'allocate' })
  await place.fails(made.infoHash, 'files_changed')
  place.checkBystanders()
  rmSync(join(place.server.rootDir, 'faulty/tree'))
  await place.reaches(made.infoHash, 'downloading')
})

faults.run()
