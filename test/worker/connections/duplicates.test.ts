/** Peers that dial each other at the same moment: real engines, and libtorrent, on real sockets. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../../interop/require.ts'
import { startLibtorrent } from '../../peers/libtorrent.ts'
import { makeMetainfo, writeFiles } from '../../support/metainfo.ts'
import { startRelay } from '../../support/relay.ts'
import { eventually, suite, temporaryFolder, within } from '../../support/suite.ts'
import { startEngine, startPeer, type EngineHost } from '../picker/fixture.ts'

const test = suite('worker/session/engine/connections: duplicates')
const waitMs = 15_000
const pieces = 9
const pairs = 30
const rounds = 4

function makeAll(count: number): ReturnType<typeof makeMetainfo>[] {
  return Array.from({ length: count }, (_, at) =>
    makeMetainfo({ content: pieces * 16 * 1024, pieceLength: 16 * 1024, name: `twins ${at}` }),
  )
}

/** A session's engine, which dials again as a session does. */
async function openEngine(things: AsyncDisposableStack, listenHost?: string): Promise<EngineHost> {
  const host = things.adopt(await startEngine({ encryption: 'off' }, listenHost), (one) => one.close())
  const again = setInterval(() => host.engine.drain(), 250)
  things.defer(() => clearInterval(again))
  return host
}

test('of two sessions that dial each other at once one connection is left, and each gets what the other has', async () => {
  await using things = new AsyncDisposableStack()
  const [one, other] = [await openEngine(things), await openEngine(things)]
  const made = makeAll(pairs)
  // nobody has the first piece, so that they have a reason to stay
  const open = (host: EngineHost, rest: number) =>
    made.map(async (each) => await startPeer(each, { has: (piece) => piece > 0 && piece % 2 === rest }, host))
  const [ours, theirs] = [await Promise.all(open(one, 0)), await Promise.all(open(other, 1))]
  for (const [at, peer] of ours.entries()) {
    peer.dial(other)
    theirs[at]?.dial(one)
  }
  await eventually(waitMs, 'each pair has what is there, over one connection', () =>
    [...ours, ...theirs].every(
      ({ torrent, verified }) => torrent.connections === 1 && verified.length === (pieces - 1) / 2,
    ),
  )
})

test('an address that leads to ourselves is dialled once, however often it is named', async () => {
  await using things = new AsyncDisposableStack()
  const host = await openEngine(things, '0.0.0.0')
  const [made] = makeAll(1)
  assert.ok(made)
  let dials = 0
  const count = (message: unknown): void => {
    if ((message as { socket: Socket }).socket.localPort === host.port) dials += 1
  }
  subscribe('net.server.socket', count)
  things.defer(() => void unsubscribe('net.server.socket', count))
  const peer = await startPeer(made, {}, host)
  const other = things.adopt(await startPeer(made, { has: () => true }), (one) => one.close())
  const ourselves = `127.0.0.2:${host.port}` // the engine knows that 127.0.0.1 is its own
  peer.torrent.addPeer(ourselves, 'tracker')
  await eventually(waitMs, 'it is noticed', () => dials === 1 && peer.torrent.connections === 0)
  peer.torrent.addPeer(ourselves, 'tracker')
  await new Promise((done) => setTimeout(done, 1500)) // a failure is tried again after 1 s
  peer.dial(other)
  await within(waitMs, 'the download', peer.done)
  assert.is(dials, 1)
})

caseWith(test, 'a session and libtorrent that dial each other at once exchange', ['libtorrent'], async () => {
  await using things = new AsyncDisposableStack()
  const host = await openEngine(things)
  const theirs = things.adopt(await startLibtorrent(), (peer) => peer.stop())
  for (const made of makeAll(rounds)) {
    const folder = temporaryFolder()
    writeFiles(folder, made)
    const torrent = join(temporaryFolder(), 'made.torrent')
    writeFileSync(torrent, made.bytes)
    await theirs.add({ torrent }, folder)
    await theirs.complete(waitMs)
    const ours = await startPeer(made, {}, host)
    await using relay = await startRelay(host.port, () => ours.dial(theirs)) // at the moment when it dials
    await theirs.connect('127.0.0.1', relay.port)
    await within(waitMs, 'the download', ours.done)
    assert.equal(await ours.content(), made.content)
  }
})

test.run()
