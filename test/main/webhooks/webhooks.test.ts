import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { openAccess, type Access } from '../../../src/main/access/access.ts'
import type { Happened } from '../../../src/main/live/event-log.ts'
import { nextAttempt } from '../../../src/main/webhooks/next-attempt.ts'
import { Webhooks } from '../../../src/main/webhooks/webhooks.ts'
import { createAddressPolicy } from '../../../src/protocol/address-policy.ts'
import { webhookEvents, type Delivery, type WebhookRecord } from '../../../src/protocol/webhook.ts'
import { openStore } from '../../../src/worker/store/store.ts'
import { loopbackSpellings } from '../../outward/loopback-spellings.ts'
import { isSigned, startReceiver } from '../../support/receiver.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'

const test = suite('main/webhooks/webhooks')
const waitMs = 10_000
const secret = 's'.repeat(16)
const [mine, other] = ['1'.repeat(40), '2'.repeat(40)]

interface FixtureOptions {
  dataDir?: string
  ranges?: string[]
  accessOf?: (owner: string | null) => Access | undefined
}

/** Webhooks on a store of their own, which are told by `tell`. */
async function fixture(options: FixtureOptions = {}) {
  const { dataDir = temporaryFolder(), ranges = ['127.0.0.0/8'], accessOf = () => openAccess } = options
  const store = await openStore(dataDir)
  const bugs: unknown[] = []
  const webhooks = new Webhooks({
    journal: { write: (...operations) => store.write(operations) },
    stored: await store.loadWebhooks(),
    policy: createAddressPolicy(ranges),
    accessOf,
    hasSession: () => true,
    log: { error: (fields: unknown) => void bugs.push(fields) },
  })
  const wanted = { events: [...webhookEvents], sessionId: undefined, secret, owner: null }
  return {
    webhooks,
    store,
    create: (url: string, wish: object = {}): Promise<WebhookRecord> =>
      webhooks.create({ url, ...wanted, ...wish }),
    tell: (name: string, sessionId = mine) => webhooks.tell(news(name, sessionId)),
    log: async (id: string, is: (one: Delivery) => boolean) =>
      await eventually(waitMs, 'a delivery', () => webhooks.deliveries(id).find(is)),
    close: async () => {
      await webhooks.stop()
      await store.close()
      assert.equal(bugs, [])
    },
  }
}

function news(name: string, session_id: string): Happened {
  const event = { id: randomUUID(), type: 'torrent_finished', at: Date.now(), session_id, name } as const
  return { event, owner: null }
}

test('an event arrives signed, with its fields, and is logged as delivered', async () => {
  await using receiver = await startReceiver()
  const { create, tell, log, close } = await fixture()
  const { webhook } = await create(receiver.url)
  tell('a')
  const one = await receiver.when('the event', () => true)
  const { type, name, session_id, webhook_id, delivery_id } = one.body
  assert.equal([type, name, session_id, webhook_id], ['torrent_finished', 'a', mine, webhook.id])
  assert.is(one.headers['resttorrent-delivery'], delivery_id)
  assert.is(one.headers['resttorrent-event'], 'torrent_finished')
  assert.is(one.headers['content-type'], 'application/json')
  assert.ok(isSigned(one, secret))
  assert.not.ok(isSigned(one, `${secret}.`))
  const logged = await log(webhook.id, ({ state }) => state === 'delivered')
  assert.equal([logged.id, logged.attempts, logged.status, logged.error], [delivery_id, 1, 204, null])
  await close()
})

test('it is told of its events, of its session and of what its key sees, while it is active', async () => {
  await using receiver = await startReceiver()
  const sees = { ...openAccess, seesAll: false, covers: (id: string) => id === mine }
  const keys = new Map<string | null, Access>([
    [null, openAccess],
    ['rt_1', sees],
  ])
  const { webhooks, create, tell, close } = await fixture({ accessOf: (owner) => keys.get(owner) })
  await create(`${receiver.url}?all`)
  await create(`${receiver.url}?session`, { sessionId: other })
  await create(`${receiver.url}?key`, { owner: 'rt_1' })
  await create(`${receiver.url}?gone`, { owner: 'rt_2' })
  await create(`${receiver.url}?others`, { events: ['job'] })
  const { webhook, ...rest } = await create(`${receiver.url}?off`)
  await webhooks.update({ webhook: { ...webhook, active: false }, ...rest })
  tell('one', mine)
  tell('two', other)
  await eventually(waitMs, 'four', () => receiver.received.length >= 4)
  const told = webhooks.list().map(({ webhook: { id, url } }) => {
    return `${String(url.split('?')[1])} ${webhooks.deliveries(id).length}`
  })
  assert.equal(told, ['all 2', 'session 1', 'key 1', 'gone 0', 'others 0', 'off 0'])
  webhooks.removeOf('rt_1')
  assert.is(webhooks.list().length, 5)
  await close()
})

test('what is not taken is tried again later: refused, redirected, not answered as HTTP', async () => {
  await using target = await startReceiver()
  await using receiver = await startReceiver((response, { body }) => {
    if (body['name'] === 'refused') response.writeHead(500).end()
    else if (body['name'] === 'redirected') response.writeHead(307, { location: target.url }).end()
    else response.destroy()
  })
  const { webhooks, create, tell, log, close } = await fixture()
  const { webhook } = await create(receiver.url)
  for (const name of ['refused', 'redirected', 'cut']) tell(name)
  await log(webhook.id, () => webhooks.deliveries(webhook.id).every(({ attempts }) => attempts === 1))
  const tried = webhooks.deliveries(webhook.id)
  assert.equal(tried.map(({ status }) => status).sort(), [500, null, null])
  for (const { state, next_attempt_at, created_at, error } of tried) {
    const pause = Number(next_attempt_at) - created_at
    assert.ok(pause >= 8000 && pause < 30_000, String(pause))
    assert.equal([state, error?.code], ['waiting', 'fetch_failed'])
  }
  assert.is(target.received.length, 0)
  await close()
})

test('a receiver at an address that is not allowed hears nothing, however that is written', async () => {
  await using receiver = await startReceiver()
  const { create, tell, log, close } = await fixture({ ranges: [] })
  const { port } = new URL(receiver.url)
  const webhooks: WebhookRecord['webhook'][] = []
  for (const host of loopbackSpellings) webhooks.push((await create(`http://${host}:${port}/`)).webhook)
  tell('a')
  for (const { id, url } of webhooks) {
    const { error } = await log(id, ({ attempts }) => attempts === 1)
    assert.is(error?.code, 'address_not_allowed', url)
  }
  assert.is(receiver.received.length, 0)
  await close()
})

test('what was not taken when the process ended is sent by the next, under its id', async () => {
  const dataDir = temporaryFolder()
  const ids: unknown[] = []
  const first = await startReceiver((_, { body }) => ids.push(body['delivery_id']))
  const before = await fixture({ dataDir })
  const record = await before.create(first.url)
  for (const name of ['a', 'b', 'c']) before.tell(name)
  await eventually(waitMs, 'two attempts', () => ids.length === 2)
  // as a kill does it: what is under way is not ended in order, the lock alone is given back
  await before.store.close()
  await first[Symbol.asyncDispose]()
  await using receiver = await startReceiver()
  const moved = { ...record, webhook: { ...record.webhook, url: receiver.url } }
  const between = await openStore(dataDir)
  await between.write([{ type: 'put_webhook', record: moved }])
  await between.close()
  const { store, close } = await fixture({ dataDir })
  await eventually(
    20_000,
    'three',
    () => new Set(receiver.received.map(({ body }) => body['name'])).size === 3,
  )
  const got = receiver.received.map(({ body }) => body['delivery_id'])
  for (const id of ids) assert.ok(got.includes(id))
  await eventually(waitMs, 'the log', async () => {
    const { deliveries } = await store.loadWebhooks()
    return deliveries.every(({ delivery, body }) => delivery.state === 'delivered' && body === undefined)
  })
  await close()
  await before.webhooks.stop()
})

test('too many that wait are dropped and counted, over a restart too; a removed webhook leaves nothing', async () => {
  await using hangs = await startReceiver(() => undefined)
  const dataDir = temporaryFolder()
  const before = await fixture({ dataDir })
  const { webhook } = await before.create(hangs.url)
  for (let i = 0; i < 1010; i += 1) before.tell(String(i))
  const counts = ({ webhooks: those }: typeof before) => {
    const [view] = those.list().map((record) => those.view(record))
    return [view?.waiting, view?.dropped]
  }
  assert.equal(counts(before), [1000, 10])
  // before an end in order: a kill forgets none either
  await eventually(waitMs, 'the count to be kept', async () => {
    const [kept] = (await before.store.loadWebhooks()).webhooks
    return kept?.dropped === 10
  })
  assert.is(before.webhooks.test(webhook.id), undefined)
  await before.close()
  const after = await fixture({ dataDir })
  assert.equal(counts(after), [1000, 11])
  const { webhooks, store, close } = after
  const record = webhooks.get(webhook.id)
  assert.ok(record)
  await webhooks.update({ ...record, secret: 'another'.repeat(3) })
  assert.is((await store.loadWebhooks()).webhooks[0]?.dropped, 11)
  await webhooks.remove(webhook.id)
  assert.equal(await store.loadWebhooks(), { webhooks: [], deliveries: [] })
  await close()
})

test('pauses double up to an hour, and end a day after the event', () => {
  const counts = fc.integer({ min: 1, max: 60 })
  fc.assert(
    fc.property(counts, fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
      const pause = Number(nextAttempt(attempts, 0, 1000, random)) - 1000
      assert.ok(pause >= 8000 && pause <= 1.2 * 3_600_000)
      assert.ok(pause >= 0.8 * Math.min(3_600_000, 10_000 * 2 ** (attempts - 1)))
      assert.is(nextAttempt(attempts, 0, 86_400_000, random), null)
    }),
  )
  const times: number[] = []
  for (let at: number | null = 0; at !== null; at = nextAttempt(times.length, 0, at, 0.5)) times.push(at)
  assert.ok(times.length > 25 && times.length < 40, String(times.length))
})

test.run()
