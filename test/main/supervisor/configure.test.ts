import * as assert from 'uvu/assert'
import { SessionRecords } from '../../../src/main/records/session-records.ts'
import { configureTorrent } from '../../../src/main/supervisor/configure.ts'
import { sessionRecord } from '../../support/session-record.ts'
import { suite } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'

const configuring = suite('src/main/supervisor/configure')

configuring('the worker is told what it obeys, and not what callers call a torrent', async () => {
  const records = new SessionRecords(sessionRecord())
  const { infoHash, ...record } = torrentRecord()
  records.restore([{ ...record, infoHash }], [])
  const told: string[] = []
  const session = {
    records,
    state: 'running',
    torrents: { queue: { look: () => undefined } },
    restart: () => Promise.resolve(),
    send: (what: string) => told.push(what),
  } as const
  const named = await configureTorrent(session, infoHash, { labels: ['a'], metadata: { of: 'mine' } })
  assert.equal([named.options.labels, named.options.metadata, told], [['a'], { of: 'mine' }, []])
  await configureTorrent(session, infoHash, { labels: ['b'], upload_slots: 3, max_peers: undefined })
  assert.equal(told, ['configure torrent'])
  assert.equal(records.torrents.get(infoHash)?.options.labels, ['b'])
})

configuring.run()
