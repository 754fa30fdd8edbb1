/** A torrent that is removed and added again: what belongs to the life before harms the one after it nowhere. */
import { HostShare } from '../../../src/protocol/host-share.ts'
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { factsOf, type TorrentRecord } from '../../../src/protocol/records.ts'
import type { SessionEvent } from '../../../src/protocol/session-rpc.ts'
import { parseInfo } from '../../../src/protocol/torrent-info.ts'
import { bindFirstFree } from '../../../src/worker/session/bind.ts'
import { Session } from '../../../src/worker/session/session.ts'
import { hashRange } from '../../../src/worker/tasks/hash-range.ts'
import { filesBelow } from '../../support/content.ts'
import { makeMetainfo, writeFiles } from '../../support/metainfo.ts'
import { sessionSettings } from '../../support/session-record.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'

const lives = suite('src/worker/session: lives of a torrent')
const waitMs = 20_000
const made = makeMetainfo({ name: 'again', content: 100_000 })

function record(saveFolder: string, addedAt: number): TorrentRecord {
  const { rawInfo, infoHash, name } = made
  const source = { rawInfo, name, trackers: [], webSeeds: [], peers: [] }
  return torrentRecord({
    infoHash,
    source,
    facts: factsOf(parseInfo(rawInfo)),
    saveFolder,
    addedAt,
    memoryOnly: false,
  })
}

lives('a removal that is told after the torrent was added again takes nothing from it', async () => {
  const folder = realpathSync(temporaryFolder())
  writeFiles(folder, made)
  const events: SessionEvent[] = []
  const boot = {
    sessionId: '2d525430303031'.padEnd(40, '0'),
    generation: 1,
    ports: [],
    listenHost: '127.0.0.1',
    settings: { ...sessionSettings, pex: false },
    allowedPeerRanges: ['127.0.0.0/8'],
    allowedFetchRanges: [],
    announceSecret: '',
    transfers: [],
    dhtBootstrap: [],
    dhtTable: undefined,
    heartbeat: new SharedArrayBuffer(4),
    hostShare: new HostShare().memory,
    reportIntervalMs: 20,
    healMs: 1000,
  }
  const session: Session = new Session(boot, await bindFirstFree([0], '127.0.0.1', false), (event) => {
    events.push(event)
    if (event.type === 'hash_request')
      void session.hashed(event.requestId, { matches: hashRange(event.request) })
  })
  const isSeeding = (addedAt: number) => () =>
    events.some((event) => {
      if (event.type !== 'snapshot') return false
      return event.rows.some((row) => row.state === 'seeding' && row.added_at === addedAt)
    })
  try {
    const [before, after] = [record(folder, 1), record(folder, 2)]
    await session.applyTorrent(before)
    await eventually(waitMs, 'the first life seeds', isSeeding(1))
    await session.applyTorrent(after)
    await session.removeTorrent(before, { deleteData: true, spared: [] })
    await eventually(waitMs, 'the second life seeds', isSeeding(2))
    assert.ok(existsSync(join(folder, 'again')))
    await eventually(waitMs, 'each checkpoint to say whose it is', () => {
      const told = events.filter(({ type }) => type === 'checkpoint').map(({ addedAt }) => addedAt)
      return String([...new Set(told)]) === '1,2'
    })
    mkdirSync(join(folder, 'sub'))
    writeFileSync(join(folder, 'sub/other'), 'what the first life had there')
    const renamed = [{ index: 0, path: 'sub/other' }]
    await session.removeTorrent({ ...before, renamed }, { deleteData: true, spared: [] })
    assert.equal(filesBelow(folder), ['again'], 'a file of another name is not its own')
    await session.removeTorrent(after, { deleteData: true, spared: [] })
    assert.equal(filesBelow(folder), [])
    writeFiles(folder, made)
    const magnet = { ...after.source, rawInfo: undefined }
    const isFetching = () =>
      events.some((event) => {
        if (event.type !== 'snapshot') return false
        return event.rows.some((row) => row.state === 'downloading_metadata' && row.added_at === 3)
      })
    await session.applyTorrent({ ...record(folder, 3), source: magnet, facts: undefined })
    await eventually(waitMs, 'the third life asks for its metadata', isFetching)
    events.length = 0
    await session.removeTorrent(after, { deleteData: true, spared: [] })
    assert.equal(filesBelow(folder), [], 'which files it has is not known')
    await eventually(waitMs, 'the third life to go on', isFetching)
  } finally {
    await session.stop()
  }
})

lives.run()
