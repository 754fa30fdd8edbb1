import * as assert from 'uvu/assert'
import { createAddressPolicy } from '../../../src/protocol/address-policy.ts'
import { banAddress } from '../../../src/protocol/ban.ts'
import { AddressCounts } from '../../../src/worker/session/engine/connections/address-counts.ts'
import { Bans } from '../../../src/worker/session/engine/connections/bans.ts'
import { Gate } from '../../../src/worker/session/engine/connections/gate.ts'
import { LocalPeers } from '../../../src/worker/session/engine/local-peers.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/connections/gate')

function fixture() {
  const policy = createAddressPolicy(['127.0.0.0/8'])
  let told = 0
  const bans = new Bans({ isOpened: (host) => policy.isOpened(host), onBan: () => void (told += 1) })
  const localPeers = new LocalPeers()
  const gate = new Gate({ policy, localPeers, bans })
  return { bans, gate, policy, told: () => told }
}

test('a peer that sent all of a bad piece is banned, by its address', () => {
  const { bans, gate, told } = fixture()
  bans.badPiece([{ host: '8.8.4.4', port: 1 }], true)
  assert.is(told(), 1)
  assert.not(gate.mayDial('8.8.4.4:2'))
  assert.not(gate.mayDialIn('::ffff:8.8.4.4'))
  assert.not(gate.mayStay('8.8.4.4', 3))
  assert.ok(gate.mayDial('8.8.8.8:2'))
  assert.is(bans.list()[0]?.reason, 'bad_pieces')
})

test('of those that shared bad pieces, whoever has part in three is banned', () => {
  const { bans, gate } = fixture()
  const bad = { host: '8.8.4.4', port: 1 }
  bans.badPiece([bad, { host: '8.8.8.8', port: 1 }], false)
  bans.badPiece([bad, { host: '8.8.8.8', port: 1 }], false)
  assert.is(bans.list().length, 0)
  bans.badPiece([bad, { host: '9.9.9.9', port: 1 }], false)
  assert.equal(
    bans.list().map(({ address }) => address),
    ['8.8.4.4'],
  )
  assert.ok(gate.mayDial('8.8.8.8:1'))
})

test('inside ranges that an operator opened a ban is of an address and port', () => {
  const { bans, gate } = fixture()
  bans.badPiece([{ host: '127.0.0.1', port: 1 }], true)
  assert.not(gate.mayDial('127.0.0.1:1'))
  assert.ok(gate.mayDial('127.0.0.1:2'))
  assert.ok(gate.mayDialIn('127.0.0.1'))
  assert.not(gate.mayStay('127.0.0.1', 1))
})

test('a ban that main says is known under every spelling of its address, and taken back', () => {
  const { bans, gate, told } = fixture()
  const address = banAddress.parse('2A00:1450:0:0::1')
  bans.change({ added: [{ address, reason: 'manual', at: 1 }], removed: [] })
  assert.not(gate.mayDial('[2a00:1450::1]:1'))
  assert.not(gate.mayDialIn('2a00:1450:0::1'))
  bans.change({ added: [], removed: [address] })
  assert.ok(gate.mayDial('[2a00:1450::1]:1'))
  assert.is(told(), 0)
})

test('four connections are had with an address, and any number inside opened ranges', () => {
  const { policy } = fixture()
  const counts = new AddressCounts((host) => policy.isOpened(host))
  for (const host of ['8.8.8.8', '127.0.0.1']) for (let i = 0; i < 4; i += 1) counts.add(host)
  assert.not(counts.hasRoom('8.8.8.8'))
  assert.ok(counts.hasRoom('127.0.0.1'))
  counts.remove('8.8.8.8')
  assert.ok(counts.hasRoom('8.8.8.8'))
})

test.run()
