/** What is followed by server-sent events, with keys and tickets, over reconnects and restarts. */
import * as assert from 'uvu/assert'
import { LiveState } from '../../src/client/live-state.ts'
import type { LiveEvent, LiveUpdate } from '../../src/protocol/live.ts'
import { EventReader } from '../support/event-source.ts'
import { adminKey, codeOf, makeKey } from '../support/keys.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { request } from '../support/request.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const streams = suite('test/e2e/event-streams')
const auth = { authorization: `Bearer ${adminKey}` }
const waitMs = 15_000

function open({ address }: TestServer, query: string, headers: Record<string, string> = auth): EventReader {
  return new EventReader(`${address}/v1/events?${query}`, headers)
}

/** The state that a reader's updates lead to, and how many of them did not follow on the one before. */
function stateOf({ got }: EventReader, state = new LiveState()): { state: LiveState; gaps: number } {
  const updates = got.filter(({ event }) => event === 'update').map(({ data }) => data as LiveUpdate)
  return { state, gaps: updates.filter((update) => !state.apply(update)).length }
}

const happened = ({ got }: EventReader) =>
  got.filter(({ event }) => event === 'event').map(({ data }) => data as LiveEvent)

const add = async (server: TestServer, session: Parameters<typeof addTorrent>[1], name: string) =>
  await addTorrent(server.rest, session, { file: makeMetainfo({ name, seed: name }).bytes, autostart: 0 })

streams(
  'updates and events come, and go on where they ended, also over a restart of the server',
  async () => {
    const dataDir = temporaryFolder()
    const settings = { ADMIN_KEY: adminKey, DATA_DIR: dataDir, MEMORY_ONLY: '0' }
    let server = await startTestServer(settings)
    try {
      const session = await openSession(server.rest)
      await using first = open(server, 'topic=all&events=1&interval_ms=250')
      await first.until('what is there', ({ event }) => event === 'ready')
      assert.is(first.got[0]?.event, 'update')
      const one = await add(server, session, 'one')
      await first.until('the event', ({ data }) => (data as Partial<LiveEvent>).info_hash === one.info_hash)
      await eventually(waitMs, 'the torrent', () => stateOf(first).state.torrents.get(session.id)?.size === 1)
      await first[Symbol.asyncDispose]()
      const last = first.got.at(-1)?.id ?? ''

      const two = await add(server, session, 'two')
      await using second = open(server, 'topic=all&events=1&interval_ms=250', {
        ...auth,
        'last-event-id': last,
      })
      await second.until('what is there', ({ event }) => event === 'ready')
      const { state, gaps } = stateOf(second, stateOf(first).state)
      assert.is(gaps, 0)
      assert.equal([...(state.torrents.get(session.id)?.keys() ?? [])], [one.info_hash, two.info_hash])
      assert.ok((second.got[0]?.data as LiveUpdate).from !== undefined)
      assert.equal(
        happened(second)
          .filter(({ type }) => type === 'torrent_added')
          .map(({ info_hash }) => info_hash),
        [two.info_hash],
      )
      await server.stop()
      await second.until('the end', ({ event }) => event === 'shutdown')
      await eventually(waitMs, 'its connection', () => second.isOver)

      server = await startTestServer(settings)
      const id = second.got.at(-1)?.id ?? ''
      await using third = open(server, 'topic=all&events=1', { ...auth, 'last-event-id': id })
      await third.until('what is there', ({ event }) => event === 'ready')
      assert.equal([third.got[0]?.event, (third.got[0]?.data as LiveUpdate).from], ['update', undefined])
      assert.ok(third.got.some(({ event }) => event === 'gap'))
      assert.is(stateOf(third).state.torrents.get(session.id)?.size, 2)
    } finally {
      await server.stop()
    }
  },
)

streams(
  'a ticket opens a stream of what its maker sees, and nothing else; a revoked key ends it',
  async () => {
    await using server = await startTestServer({ ADMIN_KEY: adminKey, SOCKETS_PER_KEY: '2' })
    const theirs = await openSession(server.rest)
    const tenant = await makeKey(server, { scope: 'control' })
    const session = await openSession(tenant.face)
    const { ticket, expires_at } = await tenant.face.call('create_ticket')
    assert.ok(expires_at > Date.now() && expires_at <= Date.now() + 60_000)
    await using stream = open(server, `topic=all&ticket=${ticket}`, {})
    await stream.until('what is there', ({ event }) => event === 'update')
    assert.equal([...stateOf(stream).state.sessions.keys()], [session.id])
    const bearer = { authorization: `Bearer ${ticket}` }
    const answers = [
      await request(`${server.address}/v1/sessions`, { headers: bearer }),
      await request(`${server.address}/v1/sessions?ticket=${ticket}`),
      await request(`${server.address}/v1/events?topic=all&ticket=${ticket.slice(1)}`),
      await request(`${server.address}/v1/events?topic=all`),
    ]
    assert.equal(
      answers.map(({ status }) => status),
      [401, 401, 401, 401],
    )
    const own = { authorization: `Bearer ${tenant.key}` }
    const code = async (query: string) =>
      codeOf((await request(`${server.address}/v1/events?${query}`, { headers: own })).body)
    assert.is(await code(`topic=torrents&session_id=${theirs.id}`), 'session_not_found')
    assert.is(await code('topic=nothing'), 'invalid_parameter')
    assert.is(await code('topic=all&more=1'), 'unknown_parameter')
    await using events = open(server, 'topic=events', own)
    await events.until('what is there', ({ event }) => event === 'ready')
    assert.is(await code('topic=all'), 'rate_limited')
    await server.rest.call('revoke_key', { prefix: tenant.prefix })
    for (const one of [stream, events]) {
      await one.until('the last event', ({ event }) => event === 'key_revoked')
      await eventually(waitMs, 'the end', () => one.isOver)
    }
    const late = await request(`${server.address}/v1/events?topic=all&ticket=${ticket}`)
    assert.is(late.status, 401)
  },
)

streams.run()
