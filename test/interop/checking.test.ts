import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { encodeBencode } from '../../src/protocol/bencode-encode.ts'
import { startLibtorrent } from '../peers/libtorrent.ts'
import type { Peer } from '../peers/peer.ts'
import { startRestTorrent } from '../peers/resttorrent.ts'
import { contentHash, filesBelow, mixedFiles } from '../support/content.ts'
import { suite, temporaryFolder } from '../support/suite.ts'
import { serveFiles } from '../support/web-server.ts'
import { describeContent } from './described-content.ts'
import { caseWith } from './require.ts'

const waitMs = 30_000
const checking = suite('test/interop/checking')
const stopping = (peer: Peer) => peer.stop()

caseWith(
  checking,
  'complete files are checked and seeded, and nothing is downloaded',
  ['libtorrent'],
  async () => {
    await using things = new AsyncDisposableStack()
    const content = describeContent({ files: mixedFiles, hybrid: true })
    const torrent = content.torrent()
    const seed = things.adopt(await startRestTorrent(), stopping)
    await seed.add({ torrent }, content.folder)
    await seed.complete(waitMs)
    const { state, progress, downloaded } = await seed.row()
    assert.equal({ state, progress, downloaded }, { state: 'seeding', progress: 1, downloaded: 0 })

    const leech = things.adopt(await startLibtorrent(), stopping)
    const target = temporaryFolder()
    await leech.add({ torrent }, target)
    await leech.connect(seed.host, seed.port)
    await leech.complete(waitMs)
    assert.is(contentHash(join(target, content.name)), contentHash(join(content.folder, content.name)))
  },
)

caseWith(checking, 'only what is missing or damaged on disk is downloaded', ['libtorrent'], async () => {
  await using things = new AsyncDisposableStack()
  const content = describeContent({ files: mixedFiles })
  const torrent = content.torrent()
  const expected = contentHash(join(content.folder, content.name))
  const seed = things.adopt(await startLibtorrent(), stopping)
  const copy = describeContent({ files: mixedFiles }).folder
  rmSync(join(copy, content.name, 'ünïcode/last.bin'))
  writeFileSync(join(copy, content.name, 'a folder/second.bin'), 'damaged')
  await seed.add({ torrent }, content.folder)
  await seed.complete(waitMs)

  const leech = things.adopt(await startRestTorrent(), stopping)
  await leech.add({ torrent }, copy)
  await seed.connect(leech.host, leech.port)
  await leech.complete(waitMs)
  assert.is(contentHash(join(copy, content.name)), expected)
  const { downloaded, total_size: total } = await leech.row()
  assert.ok(downloaded > 65_535 + 16_384 && downloaded < total / 2, `${downloaded} of ${total}`)
})

caseWith(
  checking,
  'a hybrid torrent made by libtorrent is fetched from a web seed alone',
  ['libtorrent'],
  async () => {
    await using things = new AsyncDisposableStack()
    const content = describeContent({ files: mixedFiles, hybrid: true })
    const { folder, name } = content
    const files = filesBelow(folder).map((path) => ({ path, content: readFileSync(join(folder, path)) }))
    const server = things.use(await serveFiles(files))
    const withWebSeed = join(temporaryFolder(), 'content.torrent')
    // `url-list` sorts after every other key
    const [whole, seeds] = [readFileSync(content.torrent()), encodeBencode({ 'url-list': `${server.url}/` })]
    writeFileSync(withWebSeed, Buffer.concat([whole.subarray(0, -1), seeds.subarray(1)]))
    const leech = things.adopt(await startRestTorrent(), stopping)
    const target = temporaryFolder()
    await leech.add({ torrent: withWebSeed }, target)
    await leech.complete(waitMs)
    assert.is(contentHash(join(target, name)), contentHash(join(folder, name)))
    assert.ok(server.asked.length > 0)
  },
)

checking.run()
