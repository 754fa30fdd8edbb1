import { isDeepStrictEqual } from 'node:util'
import { io, type Socket } from 'socket.io-client'
import * as assert from 'uvu/assert'
import { LiveState } from '../../src/client/live-state.ts'
import type { LiveEvent, LiveUpdate } from '../../src/protocol/live.ts'
import type { Answered } from '../support/faces.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { request } from '../support/request.ts'
import { shareServer, startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder, within } from '../support/suite.ts'

const live = suite('test/e2e/live')
const shared = shareServer(live)
const waitMs = 15_000

/** A socket that applies what it is sent. */
class Follower implements AsyncDisposable {
  readonly socket: Socket
  readonly state = new LiveState()
  readonly updates: LiveUpdate[] = []
  readonly events: LiveEvent[] = []
  gaps = 0

  constructor({ address }: TestServer, key?: string) {
    const auth = key === undefined ? {} : { key }
    this.socket = io(address, { transports: ['websocket'], forceNew: true, reconnection: false, auth })
    this.socket.on('v1.update', (update: LiveUpdate) => {
      this.updates.push(update)
      if (!this.state.apply(update)) this.gaps += 1
    })
    this.socket.on('v1.event', (event: LiveEvent) => this.events.push(event))
  }

  async ask(command: string, parameters: object): Promise<Answered> {
    const answer = this.socket.emitWithAck('v1', { t_id: 1, command, ...parameters }) as Promise<Answered>
    return await within(waitMs, command, answer)
  }

  async subscribe(parameters: object): Promise<LiveUpdate> {
    const { status, update, message } = await this.ask('subscribe', parameters)
    if (status !== 'success') throw new Error(message)
    assert.ok(this.state.apply(update as LiveUpdate))
    return update as LiveUpdate
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.disconnect()
    await Promise.resolve()
  }
}

const metainfo = (name: string) => makeMetainfo({ name, content: 20_000, seed: name })

async function addStopped(server: TestServer, session: { id: string }, name: string): Promise<string> {
  const made = metainfo(name)
  await addTorrent(server.rest, session as never, { file: made.bytes, autostart: 0 })
  return made.infoHash
}

live('a follower has the list, then each change, and nothing after unsubscribe', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  const first = await addStopped(server, session, 'first')
  await using follower = new Follower(server)
  const snapshot = await follower.subscribe({ topic: 'all', interval_ms: 250 })
  assert.is(snapshot.from, undefined)
  assert.is(follower.state.torrents.get(session.id)?.get(first)?.state, 'stopped')
  const second = await addStopped(server, session, 'second')
  await server.rest.call('delete_torrent', { session_id: session.id, info_hash: first })
  await eventually(waitMs, 'the change', () => {
    const rows = follower.state.torrents.get(session.id)
    return rows?.has(second) === true && !rows.has(first)
  })
  const { torrents } = await server.rest.call('get_torrent_list', { session_id: session.id })
  await eventually(waitMs, 'the same as the list', () => {
    const rows = [...(follower.state.torrents.get(session.id)?.values() ?? [])]
    return isDeepStrictEqual(rows, torrents)
  })
  assert.is(follower.gaps, 0)
  assert.is((await follower.ask('unsubscribe', { topic: 'all' })).status, 'success')
  const heard = follower.updates.length
  await using other = new Follower(server)
  await other.subscribe({ topic: 'all', interval_ms: 250 })
  await addStopped(server, session, 'third')
  await eventually(waitMs, 'the other hears', () => other.state.torrents.get(session.id)?.size === 2)
  assert.is(follower.updates.length, heard)
})

live('who asks again and again instead is told what changed since the last answer', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  const first = await addStopped(server, session, 'first')
  const topic = { topic: 'torrents', session_id: session.id } as const
  for (const face of [server.rest, await server.socket()]) {
    const state = new LiveState()
    const ask = async (since: object): Promise<LiveUpdate> => {
      const { status, ...update } = await face.ask('get_updates', { ...topic, ...since })
      assert.is(status, 'success')
      return update as unknown as LiveUpdate
    }
    assert.ok(state.apply(await ask({})))
    assert.is(state.torrents.get(session.id)?.get(first)?.state, 'stopped')
    const since = state.revision
    const named = { session_id: session.id, info_hash: first, labels: [face.name] }
    await server.rest.call('update_torrent', named)
    const changes = await ask({ since })
    assert.is(changes.from, since)
    const [told, ...others] = changes.torrents ?? []
    assert.equal([told?.session_id, told?.added, told?.removed, others], [session.id, [], [], []])
    assert.equal(
      // a report of its worker may have changed more of it meanwhile
      told?.changed.map(({ info_hash, labels, name }) => ({ info_hash, labels, name })),
      [{ info_hash: first, labels: [face.name], name: undefined }],
    )
    assert.ok(state.apply(changes))
    await eventually(waitMs, 'nothing more', async () => {
      const { revision } = state
      const update = await ask({ since: revision })
      assert.ok(update.from === revision && state.apply(update))
      return update.revision === revision && update.torrents === undefined
    })
    assert.is((await ask({ since: 'another-1' })).from, undefined)
  }
  const url = `${server.address}/v1/updates?topic=torrents&session_id=${session.id}`
  await eventually(waitMs, 'its tag holds', async () => {
    const etag = (await request(url)).headers.get('etag') ?? ''
    return (await request(url, { headers: { 'if-none-match': etag } })).status === 304
  })
  const refused = await server.rest.ask('get_updates', { topic: 'events' })
  assert.is(refused.error?.code, 'invalid_parameter')
})

live('who was away is told what it missed, and after a restart of the server everything', async () => {
  const dataDir = temporaryFolder()
  const before = await startTestServer({ DATA_DIR: dataDir })
  const session = await openSession(before.rest, { memory_only: 0 })
  await addStopped(before, session, 'first')
  const state = new LiveState()
  {
    await using follower = new Follower(before)
    const { update } = await follower.ask('subscribe', { topic: 'torrents', session_id: session.id })
    state.apply(update as LiveUpdate)
  }
  const second = await addStopped(before, session, 'second')
  {
    await using follower = new Follower(before)
    const since = state.revision
    const { update } = await follower.ask('subscribe', { topic: 'torrents', session_id: session.id, since })
    const missed = update as LiveUpdate
    assert.is(missed.from, since)
    assert.equal(
      missed.torrents?.[0]?.added.map((row) => row.info_hash),
      [second],
    )
    assert.ok(state.apply(missed))
    const topic = { topic: 'torrents', session_id: session.id }
    // a report of its worker may have changed more of it meanwhile
    await eventually(waitMs, 'nothing was missed', async () => {
      const { revision } = state
      const { update: again } = await follower.ask('subscribe', { ...topic, since: revision })
      assert.is((again as LiveUpdate).from, revision)
      state.apply(again as LiveUpdate)
      return isDeepStrictEqual(again, { ...topic, from: revision, revision })
    })
  }
  await before.stop()
  await using after = await startTestServer({ DATA_DIR: dataDir })
  await using follower = new Follower(after)
  const whole = await follower.subscribe({ topic: 'torrents', session_id: session.id, since: state.revision })
  assert.is(whole.from, undefined)
  assert.is(follower.state.torrents.get(session.id)?.size, 2)
})

live('one that does not read is sent only the latest when it reads again', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  await using follower = new Follower(server)
  await follower.subscribe({ topic: 'torrents', session_id: session.id, interval_ms: 250 })
  // the transport of the client stops reading; its socket is of the ws package
  const { ws } = follower.socket.io.engine.transport as unknown as {
    ws: { _socket?: { pause(): void; resume(): void } }
  }
  if (ws._socket === undefined) return assert.unreachable('no socket')
  ws._socket.pause()
  for (let at = 0; at < 5; at += 1) await addStopped(server, session, `torrent ${at}`)
  ws._socket.resume()
  await eventually(waitMs, 'all torrents', () => follower.state.torrents.get(session.id)?.size === 5)
  assert.is(follower.gaps, 0)
})

live('a key follows only what is its own, and hears of the end of it', async () => {
  const admin = `rt_${'a'.repeat(64)}`
  await using server = await startTestServer({ ADMIN_KEY: admin })
  const { api_key: own, key } = await server.rest.call('create_key', { scope: 'control' })
  const theirs = await openSession(server.rest)
  const mine = await server.socket(own)
  const session = await openSession(mine)
  await using follower = new Follower(server, own)
  await follower.subscribe({ topic: 'all', interval_ms: 250 })
  assert.equal([...follower.state.sessions.keys()], [session.id])
  const { sessions } = await mine.call('get_updates', { topic: 'all' })
  assert.equal(
    sessions?.added.map(({ id }) => id),
    [session.id],
  )
  const refused = await follower.ask('subscribe', { topic: 'torrents', session_id: theirs.id })
  assert.is(refused.error?.code, 'session_not_found')
  const events = await follower.ask('subscribe', { topic: 'events' })
  assert.equal(events['events'], [])
  await addStopped(server, theirs, 'of somebody else')
  await mine.call('delete_session', { session_id: session.id })
  await eventually(waitMs, 'the end', () => follower.state.sessions.size === 0)
  await eventually(waitMs, 'the event', () => follower.events.some(({ state }) => state === 'deleted'))
  assert.ok(follower.events.every((event) => event.session_id === session.id))
  assert.is(session.owner, key.prefix)
})

live('events are numbered and kept for who was away; a gap is told', async () => {
  const server = shared()
  await using follower = new Follower(server)
  const begun = await follower.ask('subscribe', { topic: 'events' })
  const session = await openSession(server.rest)
  const infoHash = await addStopped(server, session, 'one')
  await server.rest.call('start_torrent', { session_id: session.id, info_hash: infoHash })
  await whenState(server.rest, session, infoHash, 'downloading')
  await server.rest.call('delete_torrent', { session_id: session.id, info_hash: infoHash })
  await eventually(waitMs, 'the removal', () =>
    follower.events.some(({ type }) => type === 'torrent_removed'),
  )
  const types = new Set(follower.events.map(({ type }) => type))
  for (const type of ['session_state', 'torrent_added', 'torrent_state', 'torrent_removed'] as const)
    assert.ok(types.has(type), type)
  await using late = new Follower(server)
  const missed = await late.ask('subscribe', { topic: 'events', since: begun['last_id'] })
  assert.is(missed['is_complete'], true)
  const ids = (missed['events'] as LiveEvent[]).map(({ id }) => id)
  const heard = follower.events.map(({ id }) => id)
  assert.equal(ids.slice(0, heard.length), heard)
  const unknown = await late.ask('subscribe', { topic: 'events', since: 'another-1' })
  assert.is(unknown['is_complete'], false)
})

live('wrong parameters are refused by name', async () => {
  const server = shared()
  await using follower = new Follower(server)
  const codeOf = async (parameters: object) => (await follower.ask('subscribe', parameters)).error?.code
  assert.is(await codeOf({}), 'missing_parameter')
  assert.is(await codeOf({ topic: 'torrents' }), 'missing_parameter')
  assert.is(await codeOf({ topic: 'everything' }), 'invalid_parameter')
  assert.is(await codeOf({ topic: 'all', interval_ms: 249 }), 'invalid_parameter')
  assert.is(await codeOf({ topic: 'all', fields: ['no such field'] }), 'invalid_parameter')
  assert.is(await codeOf({ topic: 'all', more: 1 }), 'unknown_parameter')
  assert.is(await codeOf({ topic: 'torrents', session_id: 'f'.repeat(40) }), 'session_not_found')
})

live.run()
