/** What all sessions together may use: shared, lent, and kept over a restart. */
import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { ratesOf, startDownload } from '../support/governed.ts'
import type { Parameters } from '../support/faces.ts'
import { makeMetainfo, writeFiles, type MadeMetainfo } from '../support/metainfo.ts'
import { startLeech } from '../support/seeds.ts'
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
      downloads.push(await startDownload(things, rest, name, 48_000_000))
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

caseWith(
  governor,
  'what two sessions upload together stays below the cap, and so do the files that they have open',
  ['libtorrent'],
  async () => {
    await using server = await startTestServer({ ALLOW_PRIVATE: '127.0.0.0/8' })
    const { rest, rootDir } = server
    const files = Array.from({ length: 24 }, (_, n) => ({ path: `file ${n}`, content: 20_000 }))
    const seeds: { port: number; made: MadeMetainfo }[] = []
    for (const name of ['one', 'two']) {
      const made = makeMetainfo({ name, seed: name, files })
      writeFiles(join(rootDir, name), made)
      const session = await openSession(rest, { lsd: 0 })
      await addTorrent(rest, session, { file: made.bytes, save_path: name })
      await whenState(rest, session, made.infoHash, 'seeding')
      seeds.push({ port: session.port, made })
    }
    const openFiles = (): number =>
      readdirSync('/proc/self/fd').filter(
        (fd) => linkOf(fd).startsWith(rootDir) && linkOf(fd).includes('/file '),
      ).length
    /** Milliseconds until each session has given a leech all. */
    const uploadAll = async (): Promise<number> => {
      await using things = new AsyncDisposableStack()
      const leeches = await Promise.all(seeds.map(async ({ made }) => things.use(await startLeech(made))))
      const startedAt = performance.now()
      await Promise.all(leeches.map((leech, at) => leech.download(seeds[at]?.port ?? 0)))
      return performance.now() - startedAt
    }
    await uploadAll()
    const most = 6
    assert.ok(openFiles() > most)
    const limit = 200_000
    await rest.call('update_host', { upload_limit: limit, max_open_files: most })
    await eventually(20_000, 'files to be closed', () => openFiles() <= most)
    const ms = await uploadAll()
    const bytes = seeds.reduce((sum, { made }) => sum + made.length, 0)
    const rate = (bytes / ms) * 1000
    assert.ok(rate <= limit * 1.3, `${Math.round(rate)} bytes/s`) // each begins with what it saved
    assert.ok(openFiles() <= most)

    const codes = async (command: 'update_host' | 'update_session', parameters: Parameters) =>
      (await rest.ask(command, parameters)).error?.code
    for (const wrong of [
      { max_checks: -1 },
      { max_open_files: 1.5 },
      { max_peers: 'x' },
      { upload_limit: -1 },
    ])
      assert.is(await codes('update_host', wrong), 'invalid_parameter', JSON.stringify(wrong))
    const { sessions } = await rest.call('get_session_list')
    for (const wrong of [{ weight: 0 }, { weight: 10_001 }, { upload_guarantee: -1 }])
      assert.is(
        await codes('update_session', { session_id: sessions[0]?.id, ...wrong }),
        'invalid_parameter',
        JSON.stringify(wrong),
      )
  },
)

/** Where a descriptor of this process leads; empty for one that is closed by now. */
function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

governor.run()
