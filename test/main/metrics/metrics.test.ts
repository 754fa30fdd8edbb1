import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import parse from 'parse-prometheus-text-format'
import * as assert from 'uvu/assert'
import { faultySession, order } from '../../support/faults.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { request } from '../../support/request.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addTorrent, openSession, whenState } from '../../support/sessions.ts'
import { eventually, suite } from '../../support/suite.ts'

const metrics = suite('src/main/metrics')

async function scrape({ address }: TestServer) {
  const { status, text, headers } = await request(`${address}/metrics`)
  assert.is(status, 200)
  assert.match(headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  const families = parse(text)
  const value = (name: string, labels: Record<string, string> = {}): number => {
    const family = families.find((one) => one.name === name)
    const sample = family?.metrics.find((one) =>
      Object.entries(labels).every(([label, wanted]) => one.labels?.[label] === wanted),
    )
    return Number(sample?.value ?? sample?.count)
  }
  return { text, families, value }
}

metrics('an independent parser reads every line, and names follow the conventions', async () => {
  await using server = await startTestServer()
  const name = 'a "name" with \\ and \u00e9'
  const session = await openSession(server.rest, { name })
  await server.rest.call('get_session_list')
  const { text, families, value } = await scrape(server)
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const names = families.map(({ name }) => name)
  for (const line of samples) {
    const [name = ''] = /^[a-z_]\w*/.exec(line) ?? []
    assert.ok(
      [name, name.replace(/_(bucket|sum|count)$/, '')].some((one) => names.includes(one)),
      line,
    )
  }
  for (const { name, type, help } of families) {
    assert.ok(help.length > 0, name)
    if (name.startsWith('resttorrent_')) assert.is(name.endsWith('_total'), type === 'COUNTER', name)
  }
  assert.is(value('resttorrent_session_worker_up', { session: session.id }), 1)
  assert.is(value('resttorrent_session_state', { session: session.id, state: 'running' }), 1)
  assert.is(value('resttorrent_session_info', { session: session.id, name }), 1)
  assert.ok(value('resttorrent_http_requests_total', { method: 'POST', code: '200' }) >= 1)
  assert.ok(value('resttorrent_http_request_duration_seconds') >= 2)
  assert.ok(value('resttorrent_http_connections') >= 1)
  // the process of the test is the server's too; what follows a scrape begins with the first look after it
  const standStill = (): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
  standStill()
  for (let turn = 0; turn < 3; turn += 1) await setImmediate()
  standStill()
  const lag = (scraped: Awaited<ReturnType<typeof scrape>>, figure: string): number =>
    scraped.value(`nodejs_eventloop_lag_${figure}_seconds`)
  const later = await scrape(server)
  assert.ok(lag(later, 'max') > 0.2, 'a loop that stood still was late')
  assert.ok(lag(later, 'max') >= lag(later, 'mean') && lag(later, 'mean') >= lag(later, 'min'))
})

metrics('torrents by state, store writes and Socket.IO are counted as they happen', async () => {
  await using server = await startTestServer()
  const socket = await server.socket()
  const session = await openSession(socket, { memory_only: 0 })
  const { bytes, infoHash } = makeMetainfo({ name: 'a', content: 20_000, seed: 'a' })
  const torrents = { session: session.id }
  const before = await scrape(server)
  assert.is(before.value('resttorrent_session_torrents', { ...torrents, state: 'stopped' }), 0)
  await addTorrent(socket, session, { file: bytes, autostart: 0 })
  await whenState(socket, session, infoHash, 'stopped')
  const after = await scrape(server)
  assert.is(after.value('resttorrent_session_torrents', { ...torrents, state: 'stopped' }), 1)
  assert.ok(
    after.value('resttorrent_store_write_duration_seconds') >
      before.value('resttorrent_store_write_duration_seconds'),
  )
  assert.is(after.value('resttorrent_socketio_connections'), 1)
  assert.ok(
    after.value('resttorrent_socketio_commands_total') > before.value('resttorrent_socketio_commands_total'),
  )
})

metrics('a scrape answers while a worker hangs, and says that it is down', async () => {
  await using server = await startTestServer({}, faultySession())
  const session = await openSession(server.rest)
  order({ sessionId: session.id, fault: 'loop' })
  await eventually(15_000, 'worker_up 0', async () => {
    const { value } = await scrape(server)
    return value('resttorrent_session_worker_up', { session: session.id }) === 0
  })
})

metrics('who does not see all sessions is refused', async () => {
  const admin = `rt_${'a'.repeat(64)}`
  await using server = await startTestServer({ ADMIN_KEY: admin })
  const { api_key: control } = await server.rest.call('create_key', { scope: 'control' })
  const read = async (key?: string) => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
    return (await request(`${server.address}/metrics`, { headers })).status
  }
  assert.equal([await read(), await read(control), await read(admin)], [401, 403, 200])
})

metrics('every query of the Grafana dashboard names metrics that exist', async () => {
  const file = join(import.meta.dirname, '../../../docs/grafana-dashboard.json')
  const queries = readFileSync(file, 'utf8').match(/"(?:expr|query|definition)": "[^{][^\n]*"/g) ?? []
  const named = queries.flatMap((query) => query.match(/\b(?:resttorrent|nodejs|process)_\w+/g) ?? [])
  assert.ok(named.length > 20)
  await using server = await startTestServer()
  await openSession(server.rest)
  const { text } = await scrape(server)
  for (const name of named) assert.match(text, new RegExp(`^${name}[ {]`, 'm'), name)
})

metrics.run()
