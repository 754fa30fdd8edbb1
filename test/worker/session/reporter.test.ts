import * as assert from 'uvu/assert'
import { HostShare } from '../../../src/protocol/host-share.ts'
import { rowOfRecord } from '../../../src/protocol/records.ts'
import type { SnapshotDelta } from '../../../src/protocol/session-rpc.ts'
import { Reporter } from '../../../src/worker/session/reporter.ts'
import { eventually, suite } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'

const reports = suite('src/worker/session/reporter')

reports('a report that tells nothing new is counted, and no message is sent', async () => {
  const told: SnapshotDelta[] = []
  const share = new HostShare()
  const torrent = { isActive: false, peers: 0, row: () => ({ ...row, num_peers: torrent.peers }) }
  const row = rowOfRecord(torrentRecord())
  const reporter = new Reporter(
    () => true,
    (delta) => told.push(delta),
    share,
  )
  reporter.start(20)
  assert.equal([told.length, share.get('quietReports')], [1, 0], 'the first is told')
  await eventually(10_000, 'quiet reports', () => share.get('quietReports') >= 3)
  assert.is(told.length, 1)
  torrent.isActive = true
  torrent.peers = 2
  reporter.mark(torrent)
  await eventually(10_000, 'the change', () => told.length > 1)
  assert.equal([told[1]?.rows.length, told[1]?.totals.num_peers], [1, 2])
  torrent.isActive = false
  await eventually(10_000, 'other totals, without a row', () => told.length > 2)
  assert.equal([told[2]?.rows, told[2]?.totals.num_peers], [[], 0])
  reporter.stop()
  const quiet = share.get('quietReports')
  reporter.mark(torrent)
  await eventually(10_000, 'what is marked', () => told.length > 3)
  assert.is(share.get('quietReports'), quiet)
  reporter.stop()
})

reports.run()
