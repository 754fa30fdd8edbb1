/** Checkpoints proved against real files, with every hash request counted. */
import { copyFileSync, cpSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { PieceBits } from '../../../src/worker/session/piece-bits.ts'
import { suite } from '../../support/suite.ts'
import { piecesOf, ResumeFixture } from './fixture.ts'

const proving = suite('src/worker/session/resume/prove-resume')

const pieceLength = 16 * 1024
/** Two and a half pieces, one that shares both its ends, and one and a half. */
const files = [
  { path: 'a', content: 2.5 * pieceLength },
  { path: 'sub/b', content: pieceLength },
  { path: 'sub/c', content: 1.5 * pieceLength },
  { path: 'empty', content: 0 },
]
const all = [0, 1, 2, 3, 4]
const name = 'proved'

const fixture = (): ResumeFixture => new ResumeFixture({ name, files, pieceLength })
const inside = (of: ResumeFixture, path: string): string => join(of.root, name, path)

for (const clean of [true, false]) {
  const end = clean ? 'in order' : 'without order'
  proving(`files that nobody touched cost no hash after an end ${end}`, async () => {
    const torrent = fixture()
    const checkpoint = await torrent.download(all)
    const proof = await torrent.prove({ checkpoint, clean })
    assert.equal(piecesOf(proof, torrent.info), all)
    assert.equal(proof.lost, [])
    assert.is(torrent.hashed.length, 0)
  })

  proving(`pieces that were never claimed are not looked for after an end ${end}`, async () => {
    const torrent = fixture()
    const checkpoint = await torrent.download([0, 4])
    const proof = await torrent.prove({ checkpoint, clean })
    assert.equal(piecesOf(proof, torrent.info), [0, 4])
    assert.is(torrent.hashed.length, 0)
  })

  proving(`only the pieces of a file that was replaced are hashed after an end ${end}`, async () => {
    const torrent = fixture()
    const checkpoint = await torrent.download(all)
    copyFileSync(inside(torrent, 'sub/c'), inside(torrent, 'copy'))
    renameSync(inside(torrent, 'copy'), inside(torrent, 'sub/c'))
    const proof = await torrent.prove({ checkpoint, clean })
    assert.equal(piecesOf(proof, torrent.info), all)
    assert.equal(proof.lost, [])
    assert.is(torrent.hashedPieces, 2)
  })

  proving(`a file with other bytes loses its pieces and is named after an end ${end}`, async () => {
    const torrent = fixture()
    const checkpoint = await torrent.download(all)
    writeFileSync(inside(torrent, 'a'), Buffer.alloc(2.5 * pieceLength))
    const proof = await torrent.prove({ checkpoint, clean })
    assert.equal(piecesOf(proof, torrent.info), [3, 4])
    assert.equal(proof.lost, [`${name}/a`])
  })

  proving(`a file that was cut loses what was cut off after an end ${end}`, async () => {
    const torrent = fixture()
    const checkpoint = await torrent.download(all)
    truncateSync(inside(torrent, 'a'), pieceLength)
    const proof = await torrent.prove({ checkpoint, clean })
    assert.equal(piecesOf(proof, torrent.info), [0, 3, 4])
    assert.equal(proof.lost, [`${name}/a`])
  })

  proving(`a file that vanished loses its pieces, also those it shares, after an end ${end}`, async () => {
    const torrent = fixture()
    const checkpoint = await torrent.download(all)
    rmSync(inside(torrent, 'sub/b'))
    const proof = await torrent.prove({ checkpoint, clean })
    assert.equal(piecesOf(proof, torrent.info), [0, 1, 4])
    assert.equal(proof.lost, [`${name}/sub/b`])
  })

  proving(`without its folder everything is lost and named after an end ${end}`, async () => {
    const torrent = fixture()
    const checkpoint = await torrent.download(all)
    rmSync(torrent.root, { recursive: true })
    const proof = await torrent.prove({ checkpoint, clean })
    assert.ok(proof.bits.isEmpty)
    assert.is(proof.lost.length, 3)
  })

  proving(`a restored copy of everything is hashed once and taken after an end ${end}`, async () => {
    const torrent = fixture()
    const checkpoint = await torrent.download(all)
    cpSync(torrent.root, `${torrent.root}-copy`, { recursive: true })
    rmSync(torrent.root, { recursive: true })
    renameSync(`${torrent.root}-copy`, torrent.root)
    const proof = await torrent.prove({ checkpoint, clean })
    assert.equal(piecesOf(proof, torrent.info), all)
    assert.is(torrent.hashedPieces, all.length)
  })
}

/** A run that is killed: pieces of `synced` are in its checkpoint, those of `after` only on disk. */
async function killed(torrent: ResumeFixture, synced: number[], after: number[]): Promise<void> {
  const bits = new PieceBits(torrent.info)
  const { store, checkpointer } = torrent.open(bits)
  await torrent.write(store, bits, synced)
  await checkpointer.run()
  await torrent.write(store, bits, after)
  await store.close()
}

proving('what a killed run wrote after its checkpoint costs a sample and is fetched again', async () => {
  const length = 200 * pieceLength
  const torrent = new ResumeFixture({ name, content: length, pieceLength })
  const synced = Array.from({ length: 100 }, (_, index) => index)
  await killed(torrent, synced, [150, 199])
  const proof = await torrent.prove({ checkpoint: torrent.last, clean: false })
  assert.equal(piecesOf(proof, torrent.info), synced)
  assert.equal(proof.lost, [])
  assert.is(torrent.hashedPieces, 8)
})

proving(
  'a sample that does not match has the whole file hashed, and nothing is said to be lost',
  async () => {
    const torrent = new ResumeFixture({ name, content: 50 * pieceLength, pieceLength })
    await killed(torrent, [0, 1, 2, 3], [9])
    const path = join(torrent.root, name)
    const now = Date.now() / 1000 + 10
    writeFileSync(path, Buffer.alloc(50 * pieceLength), { flag: 'r+' })
    utimesSync(path, now, now)
    const proof = await torrent.prove({ checkpoint: torrent.last, clean: false })
    assert.ok(proof.bits.isEmpty)
    assert.equal(proof.lost, [])
  },
)

proving('after an end in order a file that grew is hashed', async () => {
  const torrent = new ResumeFixture({ name, content: 4 * pieceLength, pieceLength })
  const checkpoint = await torrent.download([0, 1])
  appendFileSync(join(torrent.root, name), torrent.made.content.subarray(2 * pieceLength))
  const proof = await torrent.prove({ checkpoint, clean: true })
  assert.equal(piecesOf(proof, torrent.info), [0, 1, 2, 3])
  assert.is(torrent.hashedPieces, 4)
})

proving('it ends with the reason of its signal between two requests', async () => {
  const torrent = fixture()
  const checkpoint = await torrent.download(all)
  rmSync(inside(torrent, 'a'))
  const stop = new AbortController()
  stop.abort(new Error('stopped'))
  try {
    await torrent.prove({ checkpoint, clean: true }, stop.signal)
    assert.unreachable()
  } catch (error) {
    assert.is((error as Error).message, 'stopped')
  }
})

proving.run()
