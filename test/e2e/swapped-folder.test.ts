/** A folder above a save path is swapped for a link, again and again, while a torrent downloads into it. */
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { writeFiles } from '../support/metainfo.ts'
import { startSeed } from '../support/seeds.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState, whenTorrent } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const swapped = suite('test/e2e/swapped-folder')
const files = Array.from({ length: 150 }, (_, at) => ({ path: `${at % 10}/${at}`, content: 8_000 }))

caseWith(swapped, 'swaps during a download change nothing outside, and say so', ['libtorrent'], async () => {
  await using seed = await startSeed({ name: 'tree', files })
  await using server = await startTestServer({ ALLOW_PRIVATE_PEERS: 'loopback' })
  const { made, magnet } = seed
  const [disk, aside, outside] = [
    join(server.rootDir, 'disk'),
    join(server.rootDir, 'aside'),
    temporaryFolder(),
  ]
  mkdirSync(join(disk, 'films'), { recursive: true })
  const canaries = made.files.map(({ path }) => ({ path: `films/${path}`, content: Buffer.from('canary') }))
  writeFiles(outside, { files: canaries })
  const swap = (): void => {
    renameSync(disk, aside)
    symlinkSync(outside, disk)
  }
  const restore = (): void => {
    unlinkSync(disk)
    renameSync(aside, disk)
  }
  const session = await openSession(server.rest, { download_limit: 100_000 })
  const named = { session_id: session.id, info_hash: made.infoHash }
  await addTorrent(server.rest, session, { file: made.bytes, save_path: 'disk/films' })
  await seed.dial(session.port)
  const isRefused = await eventually(15_000, 'the torrent meets a swapped folder', async () => {
    swap()
    let code: string | undefined
    for (let look = 0; look < 10 && code === undefined; look += 1)
      code = (await server.rest.call('get_torrent', named)).error?.code
    restore()
    return code
  })
  // between the two steps of a swap there is no folder at all
  assert.ok(['path_outside_root', 'files_changed'].includes(isRefused), isRefused)

  const other = await openSession(server.rest)
  await addTorrent(server.rest, other, { magnet, save_path: 'other' })
  swap()
  await whenState(server.rest, other, made.infoHash, 'seeding')
  await server.rest.call('start_torrent', named)
  await whenTorrent(server.rest, session, made.infoHash, ({ error }) => error?.code === 'path_outside_root')
  for (const { path, content } of canaries) assert.equal(readFileSync(join(outside, path)), content)
  assert.equal(readdirSync(join(outside, 'films/tree')).length, 10)

  restore()
  await server.rest.call('update_session', { session_id: session.id, download_limit: 0 })
  await server.rest.call('start_torrent', named)
  const peer = { ...named, address: `127.0.0.1:${seed.port}` }
  await eventually(15_000, 'the torrent takes a peer', async () => {
    return (await server.rest.ask('add_peer', peer)).status === 'success'
  })
  await whenState(server.rest, session, made.infoHash, 'seeding')
  swap()
  await server.rest.call('delete_torrent', { ...named, delete_data: 1 })
  await server.stop() // whatever would be deleted is deleted by now
  for (const { path, content } of canaries) assert.equal(readFileSync(join(outside, path)), content)
})

swapped.run()
