import * as assert from 'uvu/assert'
import { progressOf } from '../../src/protocol/progress.ts'
import { rowOfRecord } from '../../src/protocol/records.ts'
import { noCounters } from '../../src/protocol/counters.ts'
import { suite } from '../support/suite.ts'
import { torrentRecord } from '../support/torrent-record.ts'

const progress = suite('src/protocol/progress')
const facts = { name: 'ten', totalSize: 9 * 100 + 50, pieceLength: 100, pieceCount: 10, private: false }

progress('each piece counts by its bytes, the last one by what it has', () => {
  assert.is(progressOf(Uint8Array.of(0, 0), facts), 0)
  assert.is(progressOf(Uint8Array.of(0x80, 0), facts), 0.105263)
  assert.is(progressOf(Uint8Array.of(0, 0x40), facts), 0.052631)
  assert.is(progressOf(Uint8Array.of(0xff, 0xc0), facts), 1)
})

progress('what has no bytes has made none', () => {
  assert.is(progressOf(new Uint8Array(), { ...facts, totalSize: 0, pieceCount: 0 }), 0)
})

progress('a torrent that no worker has reported shows what a run before has claimed', () => {
  const checkpoint = { bits: Uint8Array.of(0xff, 0xc0), files: [], openForWriting: [], counters: noCounters }
  const record = torrentRecord({ facts, resume: { checkpoint, clean: true } })
  assert.is(rowOfRecord(record).progress, 1)
  const bits = new SharedArrayBuffer(2)
  assert.is(rowOfRecord({ ...record, bits }).progress, 0, 'what this process knows is newer')
  assert.is(rowOfRecord({ ...record, facts: undefined }).progress, 0)
})

progress.run()
