import pino from 'pino'
import * as assert from 'uvu/assert'
import { Board } from '../../../src/main/board/board.ts'
import { FileOwnership } from '../../../src/main/files/file-ownership.ts'
import { SessionRecords } from '../../../src/main/records/session-records.ts'
import { takeEvent } from '../../../src/main/supervisor/take-event.ts'
import type { SessionEvent } from '../../../src/protocol/session-rpc.ts'
import { sessionRecord } from '../../support/session-record.ts'
import { suite } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'

const events = suite('src/main/supervisor/take-event')

events('what a removed torrent told late is not believed of the one that was added after it', () => {
  const records = new SessionRecords(sessionRecord())
  const now = torrentRecord({ addedAt: 2 })
  records.restore([now], [])
  const near = {
    board: new Board().open(records.session.id),
    hashDesk: { cancel: () => undefined, run: () => Promise.resolve(undefined) }, // nothing is hashed here
    files: new FileOwnership({ compare: () => Promise.resolve([]), isComplete: () => false }),
    quotas: undefined,
    log: pino({ level: 'silent' }),
    onChange: () => undefined,
    onStates: () => undefined,
  }
  near.board.expect(now)
  const take = (event: SessionEvent) => takeEvent(event, near, records, () => undefined)
  const { infoHash, counters } = now
  const checkpoint = { bits: new Uint8Array([255]), files: [], openForWriting: [], counters }
  take({ type: 'checkpoint', infoHash, checkpoint, addedAt: 1 })
  take({ type: 'activated', infoHash, bits: new SharedArrayBuffer(1), addedAt: 1 })
  assert.is(records.torrents.get(infoHash)?.resume, undefined)
  assert.is(records.torrents.get(infoHash)?.bits, undefined)
  take({ type: 'checkpoint', infoHash, checkpoint, addedAt: 2 })
  assert.ok(records.torrents.get(infoHash)?.resume)
})

events.run()
