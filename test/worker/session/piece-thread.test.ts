import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { PieceThread } from '../../../src/worker/session/piece-thread/piece-thread.ts'
import { contentBytes } from '../../support/content.ts'
import { eventually, suite, temporaryFolder, within } from '../../support/suite.ts'

const test = suite('worker/session/piece-thread')
const waitMs = 10_000
const pieceLength = 100_000
const thread = new PieceThread()
/** Hears everything, and never answers: as one that a disk keeps. */
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

test('bytes lie where they were written, and nothing beside them', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, Buffer.alloc(pieceLength + 20, 7))
  await withFile(file, (fd) => written(thread, fd, shared('piece'), 10))
  const edge = Buffer.alloc(10, 7)
  assert.ok(readFileSync(file).equals(Buffer.concat([edge, contentBytes('piece', pieceLength), edge])))
})

test('why nothing could be written is told', async () => {
  const failed = await withFile('/dev/full', (fd) => written(thread, fd, shared('piece'), 0)).catch(
    (error: unknown) => error,
  )
  assert.is((failed as NodeJS.ErrnoException).code, 'ENOSPC')
})

test('memory that the thread cannot see is hashed and written without it', async () => {
  const bytes = contentBytes('piece', pieceLength)
  let digest = ''
  thread.hash(bytes, (now) => (digest = now))
  assert.is(digest, createHash('sha1').update(bytes).digest('hex'))
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  await withFile(file, (fd) => written(thread, fd, bytes, 0))
  assert.ok(readFileSync(file).equals(bytes))
})

test('while it does not answer, what follows goes another way; what it was asked for is done when it ends', async () => {
  const kept = new PieceThread(silent)
  await ready(kept)
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const [first, second] = [shared('first'), shared('second')]
  await withFile(file, async (fd) => {
    const late = [written(kept, fd, first, 0), hashed(kept, first)] as const
    await eventually(waitMs, 'it is late', () => !kept.isReady)
    await within(waitMs, 'the write that follows', written(kept, fd, second, pieceLength))
    assert.is(await hashed(kept, second), createHash('sha1').update(second).digest('hex'))
    kept.stop()
    const [length, digest] = await within(waitMs, 'what it was asked for', Promise.all(late))
    assert.is(length, pieceLength)
    assert.is(digest, createHash('sha1').update(first).digest('hex'))
  })
  assert.ok(readFileSync(file).equals(Buffer.concat([first, second])))
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

function written(by: PieceThread, fd: number, bytes: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) =>
    by.write(fd, bytes, position, (error, length) => (error ? reject(error) : resolve(length))),
  )
}

async function withFile<Result>(file: string, work: (fd: number) => Promise<Result>): Promise<Result> {
  const fd = openSync(file, 'r+')
  try {
    return await work(fd)
  } finally {
    closeSync(fd)
  }
}

test.run()
