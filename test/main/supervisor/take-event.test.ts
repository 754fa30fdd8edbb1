import { setImmediate } from 'node:timers/promises'
import pino from 'pino'
import * as assert from 'uvu/assert'
import { Board } from '../../../src/main/board/board.ts'
import { FileOwnership } from '../../../src/main/files/file-ownership.ts'
import { SessionRecords } from '../../../src/main/records/session-records.ts'
import { takeEvent } from '../../../src/main/supervisor/take-event.ts'
import { factsOf, rowOfRecord } from '../../../src/protocol/records.ts'
import { noTotals, type SessionEvent } from '../../../src/protocol/session-rpc.ts'
import { parseInfo } from '../../../src/protocol/torrent-info.ts'
import type { TorrentState } from '../../../src/protocol/torrent.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { sessionRecord } from '../../support/session-record.ts'
import { eventually, suite } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'

const events = suite('src/main/supervisor/take-event')

const near = (records: SessionRecords) => ({
  board: new Board().open(records.session.id),
  hashDesk: { cancel: () => undefined, run: () => Promise.resolve(undefined) }, // nothing is hashed here
  files: new FileOwnership({ compare: () => Promise.resolve([]), isComplete: () => false }),
  quotas: undefined,
  log: pino({ level: 'silent' }),
  onChange: () => undefined,
  onStates: () => undefined,
})

events('what a removed torrent told late is not believed of the one that was added after it', () => {
  const records = new SessionRecords(sessionRecord())
  const now = torrentRecord({ addedAt: 2 })
  records.restore([now], [])
  const surroundings = near(records)
  surroundings.board.expect(now)
  const take = (event: SessionEvent) => takeEvent(event, surroundings, records, () => undefined)
  const { infoHash, counters } = now
  const checkpoint = { bits: new Uint8Array([255]), files: [], openForWriting: [], counters }
  take({ type: 'checkpoint', infoHash, checkpoint, addedAt: 1 })
  take({ type: 'activated', infoHash, bits: new SharedArrayBuffer(1), addedAt: 1 })
  assert.is(records.torrents.get(infoHash)?.resume, undefined)
  assert.is(records.torrents.get(infoHash)?.bits, undefined)
  take({ type: 'checkpoint', infoHash, checkpoint, addedAt: 2 })
  assert.ok(records.torrents.get(infoHash)?.resume)
})

events('a torrent that was stopped is not shown as running by a row of before, but as checked it is', () => {
  const records = new SessionRecords(sessionRecord())
  const stopped = torrentRecord({ addedAt: 1, started: false })
  records.restore([stopped], [])
  const surroundings = near(records)
  const { board } = surroundings
  board.expect(stopped)
  const row = { ...rowOfRecord(stopped), download_rate: 7, num_peers: 2 }
  const stateAfter = (state: TorrentState) => {
    const rows = [{ ...row, state }]
    takeEvent({ type: 'snapshot', at: 1, rows, totals: noTotals }, surroundings, records, () => undefined)
    const { state: shown, download_rate, num_peers } = board.torrents.get(stopped.infoHash) ?? row
    return [shown, download_rate, num_peers]
  }
  assert.equal(stateAfter('downloading'), ['stopped', 0, 0])
  assert.equal(stateAfter('checking_files'), ['checking_files', 7, 2])
  assert.equal(stateAfter('seeding'), ['stopped', 0, 0])
})

events('a torrent may write its files once the store knows which they are', async () => {
  const durable: PromiseWithResolvers<void> = Promise.withResolvers()
  const onFailed = (error: unknown): void => assert.unreachable(String(error))
  const records = new SessionRecords(sessionRecord(), { journal: { write: () => durable.promise }, onFailed })
  const { infoHash, rawInfo } = makeMetainfo({ name: 'film' })
  const record = torrentRecord({ infoHash, addedAt: 1, memoryOnly: false, facts: undefined })
  records.restore([{ ...record, source: { ...record.source, rawInfo: undefined } }], [])
  const order: string[] = []
  const surroundings = near(records)
  const take = (event: SessionEvent) => takeEvent(event, surroundings, records, (what) => order.push(what))
  take({ type: 'metadata', infoHash, rawInfo, facts: factsOf(parseInfo(rawInfo)), addedAt: 1 })
  take({ type: 'write_request', requestId: 1, infoHash, addedAt: 1 })
  await setImmediate()
  order.push('durable')
  durable.resolve()
  await eventually(5000, 'the answer', () => order.length === 2)
  assert.equal(order, ['durable', 'permitted'])
})

events.run()
