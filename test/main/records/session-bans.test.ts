import * as assert from 'uvu/assert'
import { mostBans } from '../../../src/protocol/ban-places.ts'
import type { Ban } from '../../../src/protocol/ban.ts'
import { RestTorrentError, toWireError } from '../../../src/protocol/errors.ts'
import type { StoreOperation } from '../../../src/protocol/store-rpc.ts'
import { BackgroundWrites, type Journal } from '../../../src/main/records/journal.ts'
import { SessionBans } from '../../../src/main/records/session-bans.ts'
import { eventually, suite } from '../../support/suite.ts'

const test = suite('main/records/session-bans')
const sessionId = '1'.repeat(40)

function fixture(isFailing = false) {
  const written: StoreOperation[] = []
  const journal: Journal = {
    write: async (...operations) => {
      if (isFailing) throw new RestTorrentError('disk_full', 'full')
      written.push(...operations)
      await Promise.resolve()
    },
  }
  const bans = new SessionBans(
    sessionId,
    journal,
    new BackgroundWrites(journal, (error) => assert.unreachable(String(error))),
  )
  return { bans, written }
}

const found = (n: number): Ban => ({ address: `10.0.${n >> 8}.${n & 255}`, reason: 'bad_pieces', at: n })
const addresses = (bans: SessionBans): string[] => bans.list().map(({ address }) => address)

test('a ban is kept before it is told, and taken back in the same way', async () => {
  const { bans, written } = fixture()
  const { ban } = await bans.ban('8.8.8.8', 5)
  assert.equal(ban, { address: '8.8.8.8', reason: 'manual', at: 5 })
  assert.equal(written, [{ type: 'add_ban', sessionId, ban }])
  assert.ok(await bans.unban('8.8.8.8'))
  assert.equal(written.at(-1), { type: 'remove_ban', sessionId, address: '8.8.8.8' })
  assert.not(await bans.unban('8.8.8.8'))
})

test('a ban that cannot be kept is none', async () => {
  const { bans } = fixture(true)
  const code = await bans.ban('8.8.8.8', 5).catch((error: unknown) => toWireError(error).code)
  assert.is(code, 'disk_full')
  assert.equal(bans.list(), [])
})

test('what a worker found stands beside a ban of a caller, and never in its place', async () => {
  const { bans, written } = fixture()
  await bans.ban('10.0.0.1', 1)
  bans.note(found(1))
  bans.note(found(2))
  await eventually(1000, 'the second', () => written.length === 2)
  assert.equal(
    bans.list().map(({ address, reason }) => [address, reason]),
    [
      ['10.0.0.1', 'manual'],
      ['10.0.0.2', 'bad_pieces'],
    ],
  )
})

test('where there are too many the oldest for bad pieces goes, and no caller is forgotten', async () => {
  const { bans, written } = fixture()
  bans.restore(
    Array.from({ length: mostBans }, (_, n) => ({ ...found(n), reason: n === 7 ? 'bad_pieces' : 'manual' })),
  )
  const { dropped } = await bans.ban('8.8.8.8', 1)
  assert.equal(dropped, [found(7).address])
  assert.equal(
    written.map(({ type }) => type),
    ['remove_ban', 'add_ban'],
  )
  assert.is(bans.list().length, mostBans)
  assert.not(addresses(bans).includes(found(7).address))
  const code = await bans.ban('9.9.9.9', 1).catch((error: unknown) => toWireError(error).code)
  assert.is(code, 'quota_exceeded')
})

test.run()
