import * as assert from 'uvu/assert'
import type { AuditEntry } from '../../../src/protocol/audit.ts'
import { openStore } from '../../../src/worker/store/store.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'

const test = suite('worker/store/audit')

function entry(key: string | null, at: number): AuditEntry {
  const target = { session_id: null, info_hash: null, key_prefix: null }
  return {
    ...target,
    at,
    key,
    address: '192.0.2.1',
    transport: 'rest',
    command: 'create_session',
    result: 'success',
  }
}

test('entries are bounded for each key and in all, and the newest stay', async () => {
  const store = await openStore(temporaryFolder())
  const put = (key: string | null, count: number) =>
    Array.from({ length: count }, (_, at) => ({ type: 'put_audit' as const, entry: entry(key, at) }))
  await store.write([...put('quiet', 3), ...put('loud', 50), ...put(null, 2)])
  const kept = async () =>
    (await store.loadAudit({ before: undefined, limit: 1000 })).map(({ key, at }) => `${key ?? '-'} ${at}`)
  const trim = (key: string | null, keepOfKey: number, keepInAll: number) =>
    store.write([{ type: 'trim_audit', key, keepOfKey, keepInAll }])
  await trim('loud', 2, 1000)
  assert.equal(await kept(), ['- 1', '- 0', 'loud 49', 'loud 48', 'quiet 2', 'quiet 1', 'quiet 0'])
  await trim('quiet', 10, 1000)
  assert.is((await kept()).length, 7)
  await trim(null, 1, 3)
  assert.equal(await kept(), ['- 1', 'loud 49'])
  await store.close()
})

test.run()
