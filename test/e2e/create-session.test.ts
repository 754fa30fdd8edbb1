/** What create_session decides: ports, durability and what a session may do by itself. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { noAlternatives } from '../../src/protocol/alternative-limits.ts'
import { usualShare } from '../../src/protocol/host.ts'
import { noQueueLimits } from '../../src/protocol/queue.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { freeRange, takeTcp, takeUdp } from '../support/ports.ts'
import { shareServer, startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const creation = suite('test/e2e/create-session')
const shared = shareServer(creation)

async function isFree(take: typeof takeTcp, port: number): Promise<boolean> {
  try {
    await using _held = await take(port)
    return true
  } catch {
    // Somebody has it, which is what was asked.
    return false
  }
}

/** Whether the TCP and the UDP side of a port are free. */
async function freeSides(port: number): Promise<[tcp: boolean, udp: boolean]> {
  return [await isFree(takeTcp, port), await isFree(takeUdp, port)]
}

/** The local ports of every UDP socket that this process has. */
function udpPorts(): number[] {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return '' // the descriptor of this very listing is gone by now
    }
  })
  const lines = ['udp', 'udp6'].flatMap((name) => readFileSync(`/proc/self/net/${name}`, 'utf8').split('\n'))
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => links.includes(`socket:[${fields[9] ?? ''}]`))
    .map((fields) => Number.parseInt(fields[1]?.split(':')[1] ?? '', 16))
}

creation('the first port of the range whose TCP and UDP side are free is taken', async () => {
  const server = shared()
  const [first = 0] = await freeRange(4)
  await using _tcp = await takeTcp(first)
  await using _udp = await takeUdp(first + 1)
  const range = `${first},${first + 3}`
  const one = await server.rest.call('create_session', { port_range: range, dht: 1 })
  const two = await server.rest.call('create_session', { port_range: range, dht: 1 })
  assert.equal([one.session.port, two.session.port], [first + 2, first + 3])
  const three = await server.rest.ask('create_session', { port_range: range, dht: 1 })
  assert.is(three.message, 'bind failed address already in use')
})

creation('TCP and the DHT have the same number, which is free again after delete_session', async () => {
  const server = shared()
  const { id, port } = await openSession(server.rest, { dht: 1 })
  assert.equal(await freeSides(port), [false, false])
  await server.rest.call('delete_session', { session_id: id })
  assert.equal(await freeSides(port), [true, true])
})

creation('without the DHT only the TCP side is bound', async () => {
  const server = shared()
  const { port } = await openSession(server.rest, { dht: 0 })
  assert.equal(await freeSides(port), [false, true])
})

creation('sessions that are created at the same time share one range without a miss', async () => {
  const server = shared()
  const [first = 0] = await freeRange(4)
  const range = { port_range: `${first},${first + 3}`, dht: 1 }
  const made = await Promise.all(
    [1, 2, 3, 4].map(async () => await server.rest.call('create_session', range)),
  )
  assert.equal(made.map(({ session }) => session.port).sort(), [first, first + 1, first + 2, first + 3])
})

creation('without a range a port of 6881 to 6891 is taken', async () => {
  const server = shared()
  const { session } = await server.rest.call('create_session')
  assert.ok(session.port >= 6881 && session.port <= 6891, `port ${session.port}`)
})

creation('the id is the peer id of the client in hex', async () => {
  const server = shared()
  const { id } = await openSession(server.rest)
  assert.match(Buffer.from(id, 'hex').toString('latin1'), /^-RT\d{4}-[0-9A-Za-z]{12}$/)
})

creation('memory_only is 1 unless it is said, and answers show it', async () => {
  const server = shared()
  const unsaid = await openSession(server.rest)
  const said = await openSession(server.rest, { memory_only: 0 })
  assert.equal([unsaid.memory_only, unsaid.durable], [true, false])
  assert.is(said.memory_only, false)
  const { sessions } = await server.rest.call('get_session_list')
  assert.equal(
    sessions.map(({ memory_only }) => memory_only),
    [true, false],
  )
})

creation('RESTTORRENT_MEMORY_ONLY is the default of memory_only', async () => {
  await using server = await startTestServer({ MEMORY_ONLY: '0' })
  assert.is((await openSession(server.rest)).memory_only, false)
  assert.is((await openSession(server.rest, { memory_only: 1 })).memory_only, true)
})

creation(
  'memory_only=0 is durable: there again after a restart of the server, 1 is gone with it',
  async () => {
    const DATA_DIR = temporaryFolder()
    const first = await startTestServer({ DATA_DIR, MEMORY_ONLY: '0' })
    const [kept] = await Promise.all([
      openSession(first.rest, { memory_only: 0, name: 'kept' }),
      openSession(first.rest, { memory_only: 1 }),
    ]).finally(first.stop)
    assert.is(kept.durable, true)
    await using second = await startTestServer({ DATA_DIR })
    const { sessions } = await second.rest.call('get_session_list')
    assert.equal(
      sessions.map(({ id, port, name, memory_only, durable }) => ({ id, port, name, memory_only, durable })),
      [{ id: kept.id, port: kept.port, name: 'kept', memory_only: false, durable: true }],
    )
    await eventually(10_000, 'it runs', async () => {
      return (await second.rest.call('get_session', { session_id: kept.id })).state === 'running'
    })
  },
)

creation('dht, lsd, pex, limits, max_peers and name are shown as they were given', async () => {
  const server = shared()
  const settings = {
    dht: false,
    lsd: true,
    pex: false,
    upnp: false,
    nat_pmp: false,
    download_limit: 1_000_000,
    upload_limit: 500_000,
    max_peers: 12,
    encryption: 'off',
    announce_address: '203.0.113.7',
    tracker_proxy: 'http://proxy.example:8080',
    incomplete_path: 'unfinished',
    ip_filter: '192.0.2.0/24',
    ratio_goal: 1.5,
    seeding_time_goal_ms: 60_000,
    goal_action: 'remove',
    ...noQueueLimits,
    ...usualShare,
    ...noAlternatives,
  }
  const session = await openSession(server.rest, { ...settings, name: 'ein Name' })
  assert.equal(session.settings, settings)
  assert.is(session.name, 'ein Name')
})

creation('the defaults are DHT and PEX, no LSD, no router, no limits', async () => {
  const server = shared()
  const { session } = await server.rest.call('create_session', { ports: await freeRange(1) })
  assert.equal(session.settings, {
    dht: true,
    lsd: false,
    pex: true,
    upnp: false,
    nat_pmp: false,
    download_limit: 0,
    upload_limit: 0,
    max_peers: 200,
    encryption: 'preferred',
    announce_address: '',
    tracker_proxy: '',
    incomplete_path: '',
    ip_filter: '',
    ratio_goal: 0,
    seeding_time_goal_ms: 0,
    goal_action: 'stop',
    ...noQueueLimits,
    ...usualShare,
    ...noAlternatives,
  })
})

creation('a session with a running torrent speaks neither UPnP nor NAT-PMP unless asked', async () => {
  const server = shared()
  const before = udpPorts()
  const session = await openSession(server.rest)
  const { info_hash } = await addTorrent(server.rest, session, { file: makeMetainfo().bytes })
  await whenState(server.rest, session, info_hash, 'downloading')
  assert.equal(udpPorts(), before)
})

creation.run()
