import { createHash } from 'node:crypto'
import * as assert from 'uvu/assert'
import { PieceThread } from '../../../src/worker/session/piece-thread/piece-thread.ts'
import { contentBytes } from '../../support/content.ts'
import { eventually, suite, within } from '../../support/suite.ts'

const test = suite('worker/session/piece-thread')
const waitMs = 10_000
const pieceLength = 100_000
const thread = new PieceThread()
/** Hears everything, and never answers. */
const silent = new URL(
  "data:text/javascript,import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => undefined)",
)

test.before(() => ready(thread))
test.after(() => {
  thread.stop()
})

test('pieces that come in one turn are each given their own SHA-1, in a later one', async () => {
  const pieces = ['one', 'two', 'three'].map(shared)
  let isLater = false
  const hashes = pieces.map(async (piece) => {
    const digest = await hashed(thread, piece)
    assert.ok(isLater)
    return digest
  })
  isLater = true
  assert.equal(
    await within(waitMs, 'the hashes', Promise.all(hashes)),
    pieces.map((piece) => createHash('sha1').update(piece).digest('hex')),
  )
})

test('memory that the thread cannot see is hashed without it, at once', () => {
  const bytes = contentBytes('piece', pieceLength)
  let digest = ''
  thread.hash(bytes, (now) => (digest = now))
  assert.is(digest, createHash('sha1').update(bytes).digest('hex'))
})

test('while it does not answer, what follows is hashed at once; what it was asked for is when it ends', async () => {
  const kept = new PieceThread(silent)
  await ready(kept)
  const [first, second] = [shared('first'), shared('second')]
  const late = hashed(kept, first)
  await eventually(waitMs, 'it is late', () => !kept.isReady)
  let digest = ''
  kept.hash(second, (now) => (digest = now))
  assert.is(digest, createHash('sha1').update(second).digest('hex'))
  kept.stop()
  assert.is(
    await within(waitMs, 'what it was asked for', late),
    createHash('sha1').update(first).digest('hex'),
  )
})

test('it starts by itself where much is to be hashed', async () => {
  const piece = shared('piece')
  const own = new PieceThread()
  await eventually(waitMs, 'enough within so short a time', () => {
    for (let count = 0; count < 100 && !own.isThere; count += 1) own.hash(piece, () => undefined)
    return own.isThere
  })
  await eventually(waitMs, 'it is ready', () => own.isReady)
  own.stop()
})

function shared(name: string): Uint8Array {
  const bytes = new Uint8Array(new SharedArrayBuffer(pieceLength))
  bytes.set(contentBytes(name, pieceLength))
  return bytes
}

async function ready(one: PieceThread): Promise<void> {
  one.start()
  await eventually(waitMs, 'the thread is ready', () => one.isReady)
}

function hashed(by: PieceThread, bytes: Uint8Array): Promise<string> {
  return new Promise((resolve) => by.hash(bytes, resolve))
}

test.run()
