import * as assert from 'uvu/assert'
import { openStore } from '../../../src/worker/store/store.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { loadAll, putSession, sessionId } from './fixture.ts'

const test = suite('worker/store: bans')

test('bans are kept by their session, oldest first, and go with it', async () => {
  const store = await openStore(temporaryFolder())
  const id = sessionId()
  const bans = [3, 1].map((at) => ({ address: `10.0.0.${at}`, reason: 'manual' as const, at }))
  const written = async (): Promise<unknown> => (await loadAll(store)).sessions[0]?.bans
  await store.write([putSession(), ...bans.map((ban) => ({ type: 'add_ban', sessionId: id, ban }) as const)])
  assert.equal(await written(), bans.toReversed())
  await store.write([{ type: 'remove_ban', sessionId: id, address: '10.0.0.3' }])
  assert.equal(await written(), bans.slice(1))
  await store.write([{ type: 'remove_session', sessionId: id, removalId: 'a' }, putSession()])
  assert.equal(await written(), [])
  await store.close()
})

test.run()
