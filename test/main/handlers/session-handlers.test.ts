import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { makeMetainfo, writeFiles } from '../../support/metainfo.ts'
import { freePort, freeRange, takeTcp, takeUdp } from '../../support/ports.ts'
import { suite } from '../../support/suite.ts'
import { supervise } from '../../support/supervised.ts'

const handlers = suite('src/main/handlers/session-handlers')
const bindFailed = { code: 'bind_failed', message: 'bind failed address already in use' }

async function failureOf(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await promise
  } catch (error) {
    if (error instanceof RestTorrentError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('it did not fail')
}

handlers('20 creations at the same moment get every free port of the range, each its own', async () => {
  await using foreign = new AsyncDisposableStack()
  await using sessions = supervise()
  const range = await freeRange(20)
  const [tcpTaken = 0, udpTaken = 0, bothTaken = 0] = [range[0], range[7], range[19]]
  foreign.use(await takeTcp(tcpTaken))
  foreign.use(await takeUdp(udpTaken))
  foreign.use(await takeTcp(bothTaken))
  foreign.use(await takeUdp(bothTaken))
  const port_range = [range[0], range.at(-1)]
  const results = await Promise.allSettled(
    range.map(() => sessions.command('create_session', { port_range, dht: 1 })),
  )
  const ports = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value.session.port] : []))
  const free = range.filter((port) => ![tcpTaken, udpTaken, bothTaken].includes(port))
  assert.equal(ports.toSorted(), free)
  const refused = results.filter((one) => one.status === 'rejected')
  assert.is(refused.length, 3)
  for (const { reason } of refused) assert.equal(await failureOf(Promise.reject(reason as Error)), bindFailed)
  const { sessions: listed } = await sessions.command('get_session_list', {})
  assert.is(listed.length, free.length)
})

handlers(
  'creations with and without DHT at the same moment leave no port that one of them could have',
  async () => {
    await using foreign = new AsyncDisposableStack()
    await using sessions = supervise()
    const range = await freeRange(6)
    for (const port of range.slice(0, 3)) foreign.use(await takeUdp(port))
    const create = (ports: readonly number[], dht: number) =>
      sessions.command('create_session', { ports, dht })
    const created = await Promise.all([
      ...[1, 2, 3].map(() => create(range, 1)),
      ...range.slice(0, 3).map((port) => create([port], 0)),
    ])
    assert.equal(created.map(({ session }) => session.port).toSorted(), range)
  },
)

handlers("the seed's `ports` are tried in order", async () => {
  await using foreign = new AsyncDisposableStack()
  await using sessions = supervise()
  const [taken, free, other] = [await freePort(), await freePort(), await freePort()]
  foreign.use(await takeTcp(taken))
  const { session } = await sessions.command('create_session', { ports: [taken, free, other], dht: 0 })
  assert.is(session.port, free)
})

handlers(
  "where no port can be bound it is bind_failed in the seed's words, and nothing is listed",
  async () => {
    await using foreign = new AsyncDisposableStack()
    await using sessions = supervise()
    const port = await freePort()
    foreign.use(await takeTcp(port))
    assert.equal(await failureOf(sessions.command('create_session', { ports: [port] })), bindFailed)
    assert.equal(await sessions.command('get_session_list', {}), { sessions: [] })
  },
)

handlers('a port of a session of ours is bind_failed too, without a thread that tries', async () => {
  await using sessions = supervise()
  const { port } = await sessions.create()
  assert.equal(await failureOf(sessions.command('create_session', { ports: [port] })), bindFailed)
})

handlers('ports and port_range together are refused', async () => {
  await using sessions = supervise()
  const both = { ports: [7001], port_range: '7001,7002' }
  assert.is((await failureOf(sessions.command('create_session', both))).code, 'invalid_parameter')
})

handlers('commands on a session that is not there are session_not_found', async () => {
  await using sessions = supervise()
  const session_id = '0'.repeat(40)
  const info_hash = '0'.repeat(40)
  for (const name of ['get_session', 'delete_session', 'restart_session', 'get_torrent_list'] as const) {
    assert.is((await failureOf(sessions.command(name, { session_id }))).code, 'session_not_found', name)
  }
  for (const name of ['get_torrent', 'delete_torrent'] as const) {
    assert.is((await failureOf(sessions.command(name, { session_id, info_hash }))).code, 'session_not_found')
  }
})

handlers('what a deleted session downloaded stays on disk', async () => {
  await using sessions = supervise()
  const made = makeMetainfo()
  const { id } = await sessions.create()
  writeFiles(join(sessions.rootDir, 'here'), made)
  await sessions.command('upload_torrent', { session_id: id, file: made.bytes, save_path: 'here' })
  await sessions.whenTorrent(id, made.infoHash, 'seeding', (row) => row.state === 'seeding')
  await sessions.command('delete_session', { session_id: id })
  assert.ok(existsSync(join(sessions.rootDir, 'here', made.name)))
})

handlers('after the stop of all a creation is shutting_down', async () => {
  const sessions = supervise()
  await sessions[Symbol.asyncDispose]()
  assert.is((await failureOf(sessions.create())).code, 'shutting_down')
})

handlers.run()
