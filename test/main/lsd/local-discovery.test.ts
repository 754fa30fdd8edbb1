/** The whole server on a network of its own: the loopback, where every datagram of the group is heard. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { formatAnnounce, lsdGroup, lsdPort, parseAnnounce } from '../../../src/main/lsd/lsd-message.ts'
import { startLibtorrent } from '../../peers/libtorrent.ts'
import { available } from '../../peers/tools.ts'
import { contentHash } from '../../support/content.ts'
import { makeMetainfo, writeFiles, type MadeMetainfo } from '../../support/metainfo.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addTorrent, openSession, whenState } from '../../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'

const test = suite('main/lsd/local-discovery')
const host = '127.0.0.1'
const waitMs = 20_000
const local = { ALLOW_PRIVATE_PEERS: 'loopback' }

/** Content that no other run of the tests announces at the same time. */
function make(name: string, isPrivate = false): MadeMetainfo {
  return makeMetainfo({ name, seed: `${name} ${process.pid}`, private: isPrivate })
}

interface Listener extends Disposable {
  readonly socket: Socket
  /** What every datagram announced, in order. */
  readonly heard: { readonly port: number; readonly infoHash: string; readonly cookie: string | undefined }[]
  send(...datagrams: Uint8Array[]): Promise<void>
}

/** Hears everything that is said to the group on the loopback. */
async function listenToGroup(): Promise<Listener> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  const heard: Listener['heard'] = []
  socket.on('message', (bytes) => {
    const { infoHashes = [], port = 0, cookie } = parseAnnounce(bytes) ?? {}
    heard.push(...infoHashes.map((infoHash) => ({ port, infoHash, cookie })))
  })
  socket.bind(lsdPort)
  await once(socket, 'listening')
  socket.addMembership(lsdGroup, host)
  socket.setMulticastInterface(host)
  return {
    socket,
    heard,
    send: async (...datagrams) => {
      for (const bytes of datagrams) await new Promise((done) => socket.send(bytes, lsdPort, lsdGroup, done))
    },
    [Symbol.dispose]: () => void socket.close(),
  }
}

/** A port that counts who dials it. */
async function countDials(): Promise<
  AsyncDisposable & { readonly port: number; readonly dials: () => number }
> {
  let dials = 0
  const server = createServer((socket) => {
    dials += 1
    socket.on('error', () => undefined)
    socket.destroy()
  }).listen(0, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    dials: () => dials,
    [Symbol.asyncDispose]: async () => {
      await once(server.close(), 'close')
    },
  }
}

/** A session with LSD that seeds what is made. */
async function seedOn({ rest, rootDir }: TestServer, made: MadeMetainfo): Promise<void> {
  writeFiles(join(rootDir, 'here'), made)
  const session = await openSession(rest, { lsd: 1, pex: 0 })
  await addTorrent(rest, session, { file: made.bytes })
  await whenState(rest, session, made.infoHash, 'seeding')
}

/** A session with LSD that gets what is made, of which it knows the info hash only. */
async function leechOn({ rest, rootDir }: TestServer, made: MadeMetainfo): Promise<void> {
  const session = await openSession(rest, { lsd: 1, pex: 0 })
  await addTorrent(rest, session, { magnet: `magnet:?xt=urn:btih:${made.infoHash}` })
  await whenState(rest, session, made.infoHash, 'seeding')
  const expected = temporaryFolder()
  writeFiles(expected, made)
  assert.is(contentHash(join(rootDir, 'here')), contentHash(expected))
}

test('two servers find each other and transfer', async () => {
  await using seed = await startTestServer(local)
  await using leech = await startTestServer(local)
  const made = make('servers')
  await seedOn(seed, made)
  await leechOn(leech, made)
})

/** A test that needs libtorrent, skipped with a printed reason where there is none. */
function withLibtorrent(title: string, run: () => Promise<void>): void {
  if (available('libtorrent')) return test(title, run)
  console.log(`not run: ${title}: not installed: libtorrent`)
  test.skip(title, run)
}

withLibtorrent('libtorrent is found and its content downloaded', async () => {
  await using server = await startTestServer(local)
  const made = make('from libtorrent')
  const folder = temporaryFolder()
  writeFiles(folder, made)
  const torrent = join(temporaryFolder(), 'made.torrent')
  writeFileSync(torrent, made.bytes)
  const peer = await startLibtorrent({ lsd: true })
  try {
    await peer.add({ torrent }, folder)
    await peer.complete(waitMs)
    await leechOn(server, made)
  } finally {
    await peer.stop()
  }
})

withLibtorrent('libtorrent finds a session that seeds', async () => {
  await using server = await startTestServer(local)
  const made = make('to libtorrent')
  const folder = temporaryFolder()
  const peer = await startLibtorrent({ lsd: true })
  try {
    await peer.add({ magnet: `magnet:?xt=urn:btih:${made.infoHash}` }, folder)
    await seedOn(server, made)
    await peer.complete(waitMs)
    assert.is(contentHash(join(folder, made.name)), contentHash(join(server.rootDir, 'here', made.name)))
  } finally {
    await peer.stop()
  }
})

test('what is private, stopped, or of a session without LSD is never announced', async () => {
  using listener = await listenToGroup()
  await using server = await startTestServer(local)
  const { rest } = server
  const [quiet, stopped, other, open] = [make('private', true), make('stopped'), make('other'), make('open')]
  const session = await openSession(rest, { lsd: 1 })
  const without = await openSession(rest)
  await addTorrent(rest, session, { file: quiet.bytes })
  await addTorrent(rest, session, { file: stopped.bytes, autostart: 0 })
  await addTorrent(rest, without, { file: other.bytes })
  await whenState(rest, session, quiet.infoHash, 'downloading')
  await whenState(rest, without, other.infoHash, 'downloading')
  for (const made of [open, make('open too'), make('open as well')]) {
    await addTorrent(rest, session, { file: made.bytes })
    await eventually(waitMs, made.name, () =>
      listener.heard.some(({ infoHash, port }) => infoHash === made.infoHash && port === session.port),
    )
  }
  for (const { infoHash, name } of [quiet, stopped, other]) {
    assert.not.ok(
      listener.heard.some((one) => one.infoHash === infoHash),
      name,
    )
  }
  assert.is(listener.heard.filter(({ infoHash }) => infoHash === open.infoHash).length, 1)
})

test('announced peers are dialled for torrents that are not private, and hostile datagrams do nothing', async () => {
  using listener = await listenToGroup()
  await using server = await startTestServer(local)
  await using wanted = await countDials()
  await using unwanted = await countDials()
  const { rest } = server
  const [open, quiet] = [make('dialled'), make('not dialled', true)]
  const session = await openSession(rest, { lsd: 1 })
  for (const made of [open, quiet]) {
    await addTorrent(rest, session, { file: made.bytes })
    await whenState(rest, session, made.infoHash, 'downloading')
  }
  const own = await eventually(waitMs, 'its announce', () =>
    listener.heard.find(({ infoHash }) => infoHash === open.infoHash),
  )
  const { infoHash } = open
  const unread = [
    formatAnnounce({ port: unwanted.port, infoHashes: [quiet.infoHash], cookie: undefined }),
    formatAnnounce({ port: unwanted.port, infoHashes: [infoHash], cookie: own.cookie }),
    Buffer.concat([
      formatAnnounce({ port: unwanted.port, infoHashes: [infoHash], cookie: 'a' }),
      Buffer.alloc(2000, '\r\n'),
    ]),
    Buffer.from(`BT-SEARCH * HTTP/1.1\r\nPort: ${unwanted.port}\r\nInfohash: ${infoHash}\r\n\r\n\r\n`),
    Buffer.alloc(0),
    Buffer.alloc(60_000),
  ]
  await listener.send(...unread)
  const announce = formatAnnounce({ port: wanted.port, infoHashes: [infoHash], cookie: undefined })
  await eventually(waitMs, 'the dial', async () => {
    await listener.send(announce)
    return wanted.dials() > 0
  })
  assert.is(unwanted.dials(), 0)
  const { state, restarts } = (await rest.call('get_session', { session_id: session.id })) as {
    state?: string
    restarts?: number
  }
  assert.equal([state, restarts], ['running', 0])
})

test('one socket serves all sessions, and is there only while one of them has LSD on', async () => {
  await using server = await startTestServer(local)
  const { rest } = server
  // sessions' own sockets belong to their threads and are not counted here
  const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'UDPWrap').length
  await openSession(rest)
  const first = await openSession(rest, { lsd: 1 })
  const second = await openSession(rest, { lsd: 1 })
  await eventually(waitMs, 'the socket', () => sockets() === 1)
  await rest.call('delete_session', { session_id: first.id })
  using listener = await listenToGroup()
  const made = make('of the second')
  await addTorrent(rest, second, { file: made.bytes })
  await eventually(waitMs, 'its announce', () =>
    listener.heard.some(({ infoHash }) => infoHash === made.infoHash),
  )
  assert.is(sockets(), 2) // with the listener's
  await rest.call('delete_session', { session_id: second.id })
  await eventually(waitMs, 'its end', () => sockets() === 1)
})

test.run()
