/** Files that somebody takes from under a seed: it says so, and comes back with them or without. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { countingSession, hashRequests } from '../support/hash-count.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startLeech, startSeed } from '../support/seeds.ts'
import { eventually, suite } from '../support/suite.ts'
import { supervise, type Supervised } from '../support/supervised.ts'

const lost = suite('test/e2e/lost-files')
const healMs = 200
const options = {
  name: 'seeded',
  files: [
    { path: 'a', content: 500_000 },
    { path: 'b', content: 300_000 },
  ],
}
const made = makeMetainfo(options)
const { infoHash } = made

/** What somebody does to a folder, and how it is undone. */
const losses: Record<string, { lose: (folder: string) => void; restore: (folder: string) => void }> = {
  'a file that vanished': {
    lose: (folder) => renameSync(join(folder, 'seeded/a'), join(folder, 'away')),
    restore: (folder) => renameSync(join(folder, 'away'), join(folder, 'seeded/a')),
  },
  'a file that was cut': {
    lose: (folder) => {
      copyFileSync(join(folder, 'seeded/a'), join(folder, 'whole'))
      truncateSync(join(folder, 'seeded/a'), 100)
    },
    restore: (folder) => copyFileSync(join(folder, 'whole'), join(folder, 'seeded/a')),
  },
  'a file that a shorter one replaced': {
    lose: (folder) => {
      renameSync(join(folder, 'seeded/a'), join(folder, 'away'))
      writeFileSync(join(folder, 'seeded/a'), 'short')
    },
    restore: (folder) => renameSync(join(folder, 'away'), join(folder, 'seeded/a')),
  },
  'a root folder that was unmounted': {
    lose: (folder) => {
      renameSync(dirname(folder), `${dirname(folder)}-away`)
      mkdirSync(dirname(folder)) // what a disk was mounted on
    },
    restore: (folder) => {
      rmdirSync(dirname(folder)) // which it could not, were the save path made anew
      renameSync(`${dirname(folder)}-away`, dirname(folder))
    },
  },
}

/** A session that seeds, and the folder it seeds from. */
async function seed(sessions: Supervised): Promise<{ id: string; port: number; folder: string }> {
  const folder = join(sessions.rootDir, 'here')
  writeFiles(folder, made)
  const { id, port } = await sessions.create()
  const file = new Uint8Array(made.bytes)
  await sessions.command('upload_torrent', { session_id: id, file, save_path: 'here' })
  await sessions.whenTorrent(id, infoHash, 'seeding', ({ state }) => state === 'seeding')
  return { id, port, folder }
}

for (const [what, { lose, restore }] of Object.entries(losses)) {
  caseWith(
    lost,
    `${what} is an error, and seeds again by itself when it is back`,
    ['libtorrent'],
    async () => {
      await using sessions = supervise({ healMs })
      const { id, port, folder } = await seed(sessions)
      lose(folder)
      await using leech = await startLeech(made)
      const finished = leech.download(port).catch(() => undefined)
      const row = await sessions.whenTorrent(id, infoHash, 'error', ({ state }) => state === 'error')
      assert.is(row.error?.code, 'files_changed')
      restore(folder)
      await sessions.whenTorrent(id, infoHash, 'seeding again', ({ state }) => state === 'seeding')
      await finished
    },
  )
}

lost('a file that is merely touched is proved again, without an error in between', async () => {
  await using sessions = supervise({ healMs })
  const { id, folder } = await seed(sessions)
  const seen = new Set<string>()
  sessions.board.watch({ torrent: (_, __, ___, row) => seen.add(row?.state ?? 'removed') })
  const touchedAt = 1_000_000
  utimesSync(join(folder, 'seeded/a'), touchedAt, touchedAt)
  const { torrents } = sessions.supervisor.session(id).records
  await eventually(20_000, 'it is known as it is now', () =>
    torrents
      .get(infoHash)
      ?.resume?.checkpoint.files.some(({ mtimeNs }) => mtimeNs === BigInt(touchedAt) * 1_000_000_000n),
  )
  await sessions.whenTorrent(id, infoHash, 'seeding', ({ state }) => state === 'seeding')
  assert.not(seen.has('error'), [...seen].join(' '))
})

lost(
  'what was lost is not hashed again while nothing is done to its files, and is when it is back',
  async () => {
    await using sessions = supervise({ healMs, entry: countingSession() })
    const { id, folder } = await seed(sessions)
    const named = { session_id: id, info_hash: infoHash }
    const other = makeMetainfo({ name: 'other', content: 50_000 })
    writeFiles(folder, other)
    await sessions.command('upload_torrent', { session_id: id, file: other.bytes, save_path: 'here' })
    await sessions.whenTorrent(id, other.infoHash, 'seeding', ({ state }) => state === 'seeding')
    await sessions.command('stop_torrent', named)
    await sessions.whenTorrent(id, infoHash, 'stopped', ({ state }) => state === 'stopped')
    const [path, whole] = [join(folder, 'seeded/a'), join(folder, 'whole')]
    copyFileSync(path, whole)
    truncateSync(path, 400_000)
    await sessions.command('start_torrent', named)
    const { progress } = await sessions.whenTorrent(id, infoHash, 'error', ({ state }) => state === 'error')
    assert.ok(progress > 0.5 && progress < 1, String(progress))
    const before = hashRequests()
    const seen = new Set<string>()
    const undo = sessions.board.watch({
      torrent: (_, hash, __, row) => hash === infoHash && seen.add(row?.state ?? 'removed'),
    })
    const times = 3
    for (let time = 0; time < times; time += 1) {
      // another that fails and heals after it: by then it has tried as well
      renameSync(join(folder, 'other'), join(folder, 'away'))
      await sessions.whenTorrent(id, other.infoHash, 'error', ({ state }) => state === 'error')
      renameSync(join(folder, 'away'), join(folder, 'other'))
      await sessions.whenTorrent(id, other.infoHash, 'healed', ({ state }) => state === 'seeding')
    }
    assert.is(hashRequests() - before, times, 'where the other is found to be gone, and no more')
    assert.equal(
      [...seen].filter((state) => state !== 'error'),
      [],
    )
    undo()
    copyFileSync(whole, path)
    await sessions.whenTorrent(id, infoHash, 'seeding again', ({ state }) => state === 'seeding')
    assert.ok(hashRequests() > before)
  },
)

caseWith(
  lost,
  'a file that vanished from under a seed that has it open is told without a read, and nothing of it is claimed',
  ['libtorrent'],
  async () => {
    await using sessions = supervise({ healMs })
    const { id, port, folder } = await seed(sessions)
    {
      await using first = await startLeech(made)
      await first.download(port)
    }
    const path = join(folder, 'seeded/a')
    renameSync(path, join(folder, 'away'))
    const row = await sessions.whenTorrent(id, infoHash, 'error', ({ state }) => state === 'error')
    assert.is(row.error?.code, 'files_changed')
    assert.match(row.error?.message ?? '', 'seeded/a')
    assert.ok(row.progress < 0.5, String(row.progress))
    renameSync(join(folder, 'away'), path)
    await sessions.whenTorrent(id, infoHash, 'seeding again', ({ state }) => state === 'seeding')
    await using second = await startLeech(made)
    await second.download(port)
    assert.equal(readFileSync(join(second.folder, 'seeded/a')), made.files[0]?.content)
  },
)

caseWith(lost, 'what is lost is fetched again when the torrent is started', ['libtorrent'], async () => {
  await using peer = await startSeed(options)
  await using sessions = supervise({ healMs })
  const { id, port, folder } = await seed(sessions)
  const named = { session_id: id, info_hash: infoHash }
  await sessions.command('stop_torrent', named)
  await sessions.whenTorrent(id, infoHash, 'stopped', ({ state }) => state === 'stopped')
  rmSync(folder, { recursive: true })
  await sessions.command('start_torrent', named)
  await sessions.whenTorrent(id, infoHash, 'error', ({ error }) => error?.code === 'files_changed')
  assert.not(existsSync(folder))
  await sessions.command('start_torrent', named)
  await sessions.whenTorrent(id, infoHash, 'downloading', ({ state }) => state === 'downloading')
  await peer.dial(port)
  await sessions.whenTorrent(id, infoHash, 'seeding', ({ state }) => state === 'seeding')
  assert.ok(existsSync(join(folder, 'seeded/b')))
})

lost.run()
