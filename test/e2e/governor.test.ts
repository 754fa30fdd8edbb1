/** What all sessions together may use: shared, lent, and kept over a restart. */
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { ratesOf, startDownload } from '../support/governed.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const governor = suite('test/e2e/governor')
const cap = 900_000
/** A window of 4 s ends with up to a block of each to either side. */
const [windowMs, slack] = [4000, 0.15]
const settleMs = 2000

/** How near it comes is for the benchmark to say: a busy machine may move less, and a third would be one share. */
const isCap = (rate: number, what: string): void =>
  assert.ok(rate / cap <= 1 + slack && rate / cap > 0.5, `${what}: ${Math.round(rate)} bytes/s for ${cap}`)

caseWith(
  governor,
  'three sessions draw the cap of the host together, one alone draws it all',
  ['libtorrent'],
  async () => {
    await using server = await startTestServer({ ALLOW_PRIVATE: '127.0.0.0/8' })
    const { rest } = server
    const { settings } = await rest.call('update_host', { download_limit: cap })
    assert.is(settings.download_limit, cap)
    await using things = new AsyncDisposableStack()
    const downloads = []
    for (const name of ['one', 'two', 'three'])
      downloads.push(await startDownload(things, rest, name, 16_000_000))
    await ratesOf(downloads, settleMs)
    const rates = await ratesOf(downloads, windowMs)
    isCap(
      rates.reduce((sum, rate) => sum + rate, 0),
      `together ${rates.map(Math.round).join(' + ')}`,
    )
    const [first, ...others] = downloads
    for (const { session, infoHash } of others)
      await rest.call('stop_torrent', { session_id: session.id, info_hash: infoHash })
    await ratesOf(downloads, settleMs)
    const [alone = 0] = await ratesOf(first ? [first] : [], windowMs)
    isCap(alone, 'alone')
  },
)

governor('caps are kept over a restart, and connections of all sessions are bounded', async () => {
  const dataDir = temporaryFolder()
  const wanted = { download_limit: 0, upload_limit: 7000, max_peers: 4, max_open_files: 50, max_checks: 1 }
  {
    await using server = await startTestServer({ DATA_DIR: dataDir })
    assert.equal((await server.rest.call('update_host', wanted)).settings, wanted)
  }
  await using server = await startTestServer({ DATA_DIR: dataDir, ALLOW_PRIVATE: '127.0.0.0/8' })
  const { rest } = server
  assert.equal((await rest.call('get_host')).settings, wanted)
  const made = makeMetainfo()
  const [hub, ...others] = [
    await openSession(rest),
    await openSession(rest),
    await openSession(rest),
    await openSession(rest),
  ]
  for (const [at, session] of [hub, ...others].entries()) {
    await addTorrent(rest, session, { file: made.bytes, save_path: `s${at}` })
    await whenState(rest, session, made.infoHash, 'downloading')
  }
  const of = { session_id: hub.id, info_hash: made.infoHash }
  const dial = async (): Promise<void> => {
    for (const { port } of others) await rest.call('add_peer', { ...of, address: `127.0.0.1:${port}` })
  }
  await dial()
  const peers = async (): Promise<number> => (await rest.call('get_host')).num_peers
  // each connection has an end in two of these sessions, of which each may have one
  await eventually(20_000, 'one connection', async () => (await peers()) === 2)
  await rest.call('update_host', { max_peers: 0 })
  await dial()
  // and those that heard of each other by PEX
  await eventually(20_000, 'every connection', async () => (await peers()) >= 6)
  await rest.call('update_host', { max_peers: 4 })
  await eventually(20_000, 'what the cap allows', async () => (await peers()) <= 4)
})

governor.run()
