import * as assert from 'uvu/assert'
import { pieceThread } from '../../../src/worker/session/piece-thread/piece-thread.ts'
import { makeMetainfo, type MadeMetainfo } from '../../support/metainfo.ts'
import { eventually, suite, within } from '../../support/suite.ts'
import { startPeer, startSeed, type EnginePeer, type PeerOptions } from './fixture.ts'

const test = suite('worker/session/engine/picker: downloads')
const kib = 1024
const deadlineMs = 60_000

interface Swarm {
  leech: EnginePeer
  seeds: EnginePeer[]
}

/** Runs a download from these seeds and compares what came with what they have. */
async function download(
  made: MadeMetainfo,
  seedOptions: PeerOptions[],
  during: (swarm: Swarm) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await using things = new AsyncDisposableStack()
  const leech = things.adopt(await startPeer(made), (peer) => peer.close())
  const seeds: EnginePeer[] = []
  for (const options of seedOptions)
    seeds.push(things.adopt(await startSeed(made, options), (peer) => peer.close()))
  for (const seed of seeds) leech.dial(seed)
  await during({ leech, seeds })
  await within(deadlineMs, 'the download', leech.done)
  assert.is(Buffer.compare(await leech.content(), made.content), 0)
  assert.is(new Set(leech.verified).size, made.pieceCount)
}

test('all of it comes from one seed', async () => {
  await download(makeMetainfo({ content: 20 * 1024 * kib + 12_345, pieceLength: 256 * kib }), [{}])
})

test('four seeds with a part each make a whole', async () => {
  const made = makeMetainfo({ content: 20 * 1024 * kib, pieceLength: 128 * kib })
  const parts = [0, 1, 2, 3].map((part) => ({
    has: (piece: number) => piece % 4 === part || piece % 7 === part,
  }))
  await download(made, parts, async ({ leech }) => {
    const counts = Array.from(
      { length: made.pieceCount },
      (_, piece) => parts.filter(({ has }) => has(piece)).length,
    )
    await eventually(
      10_000,
      'what all four have',
      () => String(leech.picker.availability()) === String(counts),
    )
  })
})

test('what a seed owed when it died comes from another one', async () => {
  const made = makeMetainfo({ content: 30 * 1024 * kib, pieceLength: 256 * kib })
  await download(made, [{}, { uploadLimit: 8 * 1024 * kib }], async ({ leech, seeds }) => {
    await eventually(deadlineMs, 'some pieces', () => leech.verified.length > 10)
    await seeds[0]?.close()
    await eventually(10_000, 'only one that has all', () => leech.picker.availability().every((n) => n === 1))
  })
})

test('at the end a fast seed is asked for what a slow one owes, and the slow one is told', async () => {
  const made = makeMetainfo({ content: 4 * 1024 * kib, pieceLength: 256 * kib })
  await download(made, [{ uploadLimit: 32 * kib }], async ({ leech }) => {
    await using things = new AsyncDisposableStack()
    await eventually(deadlineMs, 'the first blocks of the slow seed', () => leech.received > 0)
    const fast = things.adopt(await startSeed(made), (peer) => peer.close())
    leech.dial(fast)
    await within(deadlineMs, 'the download', leech.done)
    const { duplicates, cancels } = leech.picker.stats()
    assert.ok(duplicates > 0 && cancels > 0, `${duplicates} duplicates, ${cancels} cancels`)
  })
})

test('a piece that comes broken is asked for again, of another seed', async () => {
  const made = makeMetainfo({ content: 8 * 1024 * kib, pieceLength: 256 * kib })
  const spoil = (bytes: Buffer, piece: number): void => {
    if (piece % 3 === 0) bytes.fill(0, 0, 100)
  }
  await download(made, [{ spoil }, {}])
})

test('a piece that comes broken is asked for again, too, where a thread of its own hashes', async () => {
  const made = makeMetainfo({ content: 8 * 1024 * kib, pieceLength: 64 * kib })
  const spoil = (bytes: Buffer, piece: number): void => {
    if (piece % 3 === 0) bytes.fill(0, 0, 100)
  }
  pieceThread.start()
  try {
    await eventually(deadlineMs, 'the thread is ready', () => pieceThread.isReady)
    await download(made, [{ spoil }, {}])
  } finally {
    pieceThread.stop()
  }
})

test('pieces without priority do not come until they have one', async () => {
  const made = makeMetainfo({ content: 8 * 1024 * kib, pieceLength: 256 * kib })
  const half = made.pieceCount / 2
  await using things = new AsyncDisposableStack()
  const leech = things.adopt(await startPeer(made), (peer) => peer.close())
  const seed = things.adopt(await startSeed(made), (peer) => peer.close())
  leech.picker.setPriority(new Uint8Array(half))
  leech.dial(seed)
  await eventually(deadlineMs, 'the wanted half', () => leech.verified.length === half)
  assert.is(Math.min(...leech.verified), half)
  leech.picker.setPriority(new Uint8Array(half).fill(1))
  await within(deadlineMs, 'the rest', leech.done)
})

test('pieces come in sequence, and those of a window before all', async () => {
  const made = makeMetainfo({ content: 16 * 1024 * kib, pieceLength: 256 * kib })
  await using things = new AsyncDisposableStack()
  const leech = things.adopt(await startPeer(made), (peer) => peer.close())
  const seed = things.adopt(await startSeed(made), (peer) => peer.close())
  leech.picker.setSequential(true)
  leech.picker.window('a reader', 40, 3)
  leech.dial(seed)
  await within(deadlineMs, 'the download', leech.done)
  const others = [...Array(made.pieceCount).keys()].filter((piece) => piece < 40 || piece > 42)
  assert.equal(leech.verified, [40, 41, 42, ...others])
})

test('two thousand tiny pieces come', async () => {
  await download(makeMetainfo({ content: 2000 * 16 * kib - 5, pieceLength: 16 * kib }), [{}, {}])
})

test.run()
