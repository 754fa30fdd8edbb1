/** What is left of calls that a crash cut short: a run of the program is left where it is, another takes over. */
import * as assert from 'uvu/assert'
import { IdempotentCalls } from '../../../src/main/handlers/idempotent-calls.ts'
import { CallJournal } from '../../../src/main/records/call-journal.ts'
import type { CommandName } from '../../../src/protocol/commands.ts'
import type { MadeThing } from '../../../src/protocol/idempotency.ts'
import type { StoreOperation } from '../../../src/protocol/store-rpc.ts'
import { openStore, type Store } from '../../../src/worker/store/store.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'
import { putSession, refusal, sessionId } from '../../worker/store/fixture.ts'

const test = suite('main/handlers/idempotent-calls')
const waitMs = 5000
const caller = { owner: 'rt_0123456789ab', key: 'one' }

/** One run of the program over a store. */
function runOf(store: Store, madeAnswer: (name: CommandName, made: MadeThing) => object | undefined) {
  const journal = { write: (...operations: StoreOperation[]) => store.write(operations) }
  const calls = new CallJournal(journal)
  const log = { error: (fields: unknown) => assert.unreachable(JSON.stringify(fields)) }
  const idempotent = new IdempotentCalls({
    journal,
    calls,
    load: (query) => store.loadAnswer(query),
    madeAnswer,
    log,
  })
  return { calls, idempotent }
}

const never = new Promise<never>(() => undefined)
const unasked = () => assert.unreachable('the made answer was asked for') as never

test('what was made before a crash is answered after it, and not made again', async () => {
  const store = await openStore(temporaryFolder())
  const before = runOf(store, unasked)
  void before.idempotent.call('create_session', { name: 'a' }, caller, async () => {
    await before.calls.write(putSession())
    return await never // the process ends here
  })
  await eventually(waitMs, 'the session', async () => (await store.load()).sessions.length === 1)

  const asked: unknown[] = []
  const after = runOf(store, (name, made) => {
    asked.push([name, made])
    return { session: made.sessionId }
  })
  const again = () => after.idempotent.call('create_session', { name: 'a' }, caller, unasked)
  assert.equal(await again(), { value: { session: sessionId() } })
  assert.equal(asked, [['create_session', { sessionId: sessionId() }]])
  const other = after.idempotent.call('create_session', { name: 'b' }, caller, unasked)
  assert.is((await refusal(other)).code, 'idempotency_key_reused')
  await store.close()
})

test('what was made and is gone by then is made again', async () => {
  const store = await openStore(temporaryFolder())
  const before = runOf(store, unasked)
  void before.idempotent.call('create_session', {}, caller, async () => {
    await before.calls.write(putSession())
    return await never
  })
  await eventually(waitMs, 'the session', async () => (await store.load()).sessions.length === 1)
  const after = runOf(store, () => undefined)
  const answer = { value: { session: 'new' } }
  assert.equal(await after.idempotent.call('create_session', {}, caller, () => answer), answer)
  await store.close()
})

test('what is in memory alone is answered the same in this run and runs anew in the next', async () => {
  const store = await openStore(temporaryFolder())
  let runs = 0
  const run = () => ({ value: { run: (runs += 1) } })
  const first = runOf(store, unasked)
  for (const _ of [1, 2])
    assert.equal(await first.idempotent.call('create_session', {}, caller, run), { value: { run: 1 } })
  const second = runOf(store, unasked)
  assert.equal(await second.idempotent.call('create_session', {}, caller, run), { value: { run: 2 } })
  // a backup is a file, which stays
  const backup = { ...caller, key: 'two' }
  for (const { idempotent } of [first, second])
    assert.equal(await idempotent.call('create_backup', {}, backup, run), { value: { run: 3 } })
  await store.close()
})

test('a failure is not kept, also where something was written and taken back', async () => {
  const store = await openStore(temporaryFolder())
  const { calls, idempotent } = runOf(store, unasked)
  const failing = idempotent.call('create_session', {}, caller, async () => {
    await calls.write(putSession())
    throw new Error('bind failed')
  })
  assert.is(await failing.catch((error: unknown) => (error as Error).message), 'bind failed')
  assert.equal(await idempotent.call('create_session', {}, caller, () => ({ value: {} })), { value: {} })
  await store.close()
})

test('answers are bounded for each API key and in all, and a day later they are gone', async () => {
  const store = await openStore(temporaryFolder())
  const put = (owner: string, at: number, answer: string) =>
    ({
      type: 'put_answer',
      answer: { owner, key: `${owner} ${at}`, fingerprint: '', at, made: {}, answer, run: null },
    }) as const
  const many = (owner: string, ...sizes: number[]) =>
    sizes.map((size, at) => put(owner, at, 'x'.repeat(size)))
  await store.write([...many('quiet', 1, 1), ...many('loud', 1, 1, 1, 1, 1), ...many('heavy', 60, 60, 30)])
  const query = { run: 'r', since: 0 }
  const kept = async (): Promise<string> => {
    const found: string[] = []
    for (const owner of ['quiet', 'loud', 'heavy'])
      for (let at = 0; at < 5; at += 1)
        if (await store.loadAnswer({ ...query, owner, key: `${owner} ${at}` })) found.push(`${owner} ${at}`)
    return found.join(', ')
  }
  const trim = (bounds: object) =>
    store.write([
      { type: 'trim_answers', ...query, rowsOfKey: 9, bytesOfKey: 999, rows: 99, bytes: 999, ...bounds },
    ])
  await trim({ rowsOfKey: 3 })
  assert.is(await kept(), 'quiet 0, quiet 1, loud 2, loud 3, loud 4, heavy 0, heavy 1, heavy 2')
  await trim({ bytesOfKey: 100 })
  assert.is(await kept(), 'quiet 0, quiet 1, loud 2, loud 3, loud 4, heavy 1, heavy 2')
  await trim({ rows: 5 })
  assert.is(await kept(), 'loud 2, loud 3, loud 4, heavy 1, heavy 2')
  await trim({ bytes: 40 })
  assert.is(await kept(), 'heavy 2')
  await trim({ since: 3 })
  assert.is(await kept(), '')
  await store.close()
})

test.run()
