import * as assert from 'uvu/assert'
import { closeOrigins, startTcp } from '../../outward/origin.ts'
import { makeMetainfo, type MadeMetainfo } from '../../support/metainfo.ts'
import { eventually, suite } from '../../support/suite.ts'
import { startPeer, startSeed, type EnginePeer } from '../picker/fixture.ts'
import { ExtendedPeer } from './extended-peer.ts'

const test = suite('worker/session/engine/pex/pex-exchange')
const deadlineMs = 15_000
const made = makeMetainfo()

test.after.each(closeOrigins)

/** A peer of ours with the peer exchange, and what a test does with it. */
async function withEngine(
  run: (engine: EnginePeer, join: (options?: Partial<JoinOptions>) => Promise<ExtendedPeer>) => Promise<void>,
  options: { made?: MadeMetainfo; seed?: boolean; pex?: boolean } = {},
): Promise<void> {
  await using things = new AsyncDisposableStack()
  const start = options.seed === true ? startSeed : startPeer
  const of = options.made ?? made
  const engine = things.adopt(await start(of, { pex: options.pex ?? true }), (peer) => peer.close())
  await run(engine, async (given = {}) => {
    const peer = await ExtendedPeer.join({ infoHash: of.infoHash, port: engine.port, ...given })
    return things.adopt(peer, (one) => one.close())
  })
}

type JoinOptions = Parameters<typeof ExtendedPeer.join>[0]

test('a peer is told where the others listen, and never of itself', async () => {
  await withEngine(async (_engine, join) => {
    const one = await join({ listenPort: 1001 })
    const other = await join({ listenPort: 1002, from: '127.0.0.2' })
    await join() // it does not say where it listens
    await eventually(deadlineMs, 'both are told', () => one.exchanged.length + other.exchanged.length === 2)
    assert.equal(hex(one.exchanged[0]?.['added']), '7f00000203ea')
    assert.equal(hex(other.exchanged[0]?.['added']), '7f00000103e9')
    assert.equal(hex(one.exchanged[0]?.['added.f']), '00')
  })
})

test('peers that a message names are dialled, but for those the policy refuses', async () => {
  await withEngine(async (engine, join) => {
    const listening = await startTcp((socket) => socket.once('data', () => socket.destroy()))
    const peer = await join()
    const refused = Buffer.from([10, 0, 0, 1, 0x1a, 0xe1])
    peer.exchange({ added: Buffer.concat([refused, compact(listening.port)]) })
    await eventually(deadlineMs, 'the named peer is dialled', () => listening.connections > 0)
    assert.ok(engine.torrent.connections <= 2)
  })
})

test('a second message within the minute is not taken', async () => {
  await withEngine(async (_engine, join) => {
    const [first, second, control] = await Promise.all(
      [0, 1, 2].map(() => startTcp((socket) => socket.once('data', () => socket.destroy()))),
    )
    const peer = await join()
    peer.exchange({ added: compact(first?.port ?? 0) })
    peer.exchange({ added: compact(second?.port ?? 0) })
    await eventually(deadlineMs, 'the first is dialled', () => first && first.connections > 0)
    const another = await join({ from: '127.0.0.2' })
    another.exchange({ added: compact(control?.port ?? 0) })
    await eventually(
      deadlineMs,
      'the one of another peer is dialled',
      () => control && control.connections > 0,
    )
    assert.is(second?.connections, 0)
  })
})

test('a seed is not sent to seeds', async () => {
  await withEngine(
    async (_engine, join) => {
      const [seed, leech] = await Promise.all(
        [0, 1].map(() => startTcp((socket) => socket.once('data', () => socket.destroy()))),
      )
      const peer = await join()
      const added = Buffer.concat([compact(seed?.port ?? 0), compact(leech?.port ?? 0)])
      peer.exchange({ added, 'added.f': Buffer.from([0x02, 0x00]) })
      await eventually(deadlineMs, 'the leech is dialled', () => leech && leech.connections > 0)
      assert.is(seed?.connections, 0)
    },
    { seed: true },
  )
})

test('a peer whose message is malformed is closed, the others stay', async () => {
  await withEngine(async (_engine, join) => {
    const good = await join()
    const bad = await join({ from: '127.0.0.2' })
    bad.exchange({ added: Buffer.alloc(5) })
    await eventually(deadlineMs, 'the end of the peer', () => bad.isClosed)
    assert.not(good.isClosed)
  })
})

test('a private torrent has no peer exchange, nor a session that was told so', async () => {
  const secret = makeMetainfo({ private: true })
  await withEngine(async (_engine, join) => assert.is((await join()).pexId, undefined), { made: secret })
  await withEngine(async (_engine, join) => assert.is((await join()).pexId, undefined), { pex: false })
  await withEngine(async (_engine, join) => assert.type((await join()).pexId, 'number'))
})

function compact(port: number): Buffer {
  return Buffer.from([127, 0, 0, 1, port >> 8, port & 0xff])
}

function hex(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
}

test.run()
