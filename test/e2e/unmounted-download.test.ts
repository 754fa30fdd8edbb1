/** A disk that is unmounted under a download: the download says so, and goes on when the disk is back. */
import { mkdirSync, readFileSync, readdirSync, renameSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startRelay } from '../support/relay.ts'
import { startSeed } from '../support/seeds.ts'
import { eventually, suite } from '../support/suite.ts'
import { supervise } from '../support/supervised.ts'

const unmounted = suite('test/e2e/unmounted-download')
const megabyte = 1024 * 1024
const waitMs = 20_000

caseWith(
  unmounted,
  'downloads whose disk is unmounted are in error, others are not, and go on when it is back',
  ['libtorrent'],
  async () => {
    await using seed = await startSeed({ content: 24 * megabyte, pieceLength: 64 * 1024 })
    await using relay = await startRelay(seed.port)
    relay.limit(megabyte)
    // what is looked at with each checkpoint is looked at in time, and nothing else
    await using sessions = supervise({ healMs: 600_000 })
    const other = makeMetainfo({ name: 'other' })
    writeFiles(join(sessions.rootDir, 'there'), other)
    const beside = await sessions.create()
    const whole = { session_id: beside.id, file: new Uint8Array(other.bytes), save_path: 'there' }
    await sessions.command('upload_torrent', whole)
    const { infoHash, name } = seed.made
    const magnet = `magnet:?xt=urn:btih:${infoHash}&x.pe=127.0.0.1:${relay.port}`
    const kinds = { durable: await sessions.create({ memory_only: 0 }), forgotten: await sessions.create() }
    const each = async (step: (id: string, folder: string) => Promise<unknown>): Promise<unknown> =>
      await Promise.all(Object.entries(kinds).map(([folder, { id }]) => step(id, folder)))
    await each((id, folder) =>
      sessions.command('upload_torrent', { session_id: id, magnet, save_path: `disk/${folder}` }),
    )
    const { supervisor } = sessions
    await each((id) =>
      eventually(waitMs, 'its file was checkpointed', () => {
        const { resume } = supervisor.session(id).records.torrents.get(infoHash) ?? {}
        return (resume?.checkpoint.files.length ?? 0) > 0
      }),
    )
    const disk = join(sessions.rootDir, 'disk')
    renameSync(disk, `${disk}-away`)
    mkdirSync(disk) // what it was mounted on
    await each(async (id) => {
      const row = await sessions.whenTorrent(id, infoHash, 'error', ({ state }) => state === 'error')
      assert.is(row.error?.code, 'files_changed')
    })
    assert.is(sessions.board.session(beside.id)?.torrents.get(other.infoHash)?.state, 'seeding')
    assert.equal(readdirSync(disk), [], 'nothing is written to what is under it')
    rmdirSync(disk)
    renameSync(`${disk}-away`, disk)
    relay.limit(Infinity)
    await each(async (id, folder) => {
      await sessions.command('start_torrent', { session_id: id, info_hash: infoHash })
      await sessions.whenTorrent(id, infoHash, 'complete', ({ state }) => state === 'seeding')
      assert.equal(readFileSync(join(disk, folder, name)), seed.made.content)
    })
  },
)

unmounted.run()
