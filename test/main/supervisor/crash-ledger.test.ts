import * as assert from 'uvu/assert'
import { CrashLedger } from '../../../src/main/supervisor/crash-ledger.ts'
import { suite } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'

const ledger = suite('src/main/supervisor/crash-ledger')
const [one = '', two = '', three = ''] = ['1', '2', '3'].map((digit) => digit.repeat(40))

ledger('a torrent that was being activated at two crashes in a row is to be quarantined', () => {
  const crashes = new CrashLedger()
  assert.equal(crashes.note([one, two]), [])
  assert.equal(crashes.note([two]), [two])
})

ledger('a crash in between without it clears a torrent', () => {
  const crashes = new CrashLedger()
  crashes.note([one])
  crashes.note([])
  assert.equal(crashes.note([one]), [])
})

ledger('suspects of the last crash are replayed last, the rest in its order', () => {
  const crashes = new CrashLedger()
  crashes.note([one])
  const order = crashes.replayOrder([one, two, three].map((infoHash) => torrentRecord({ infoHash })))
  assert.equal(
    order.map(({ infoHash }) => infoHash),
    [two, three, one],
  )
})

ledger.run()
