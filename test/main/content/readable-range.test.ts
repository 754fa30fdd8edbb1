import * as assert from 'uvu/assert'
import { readableOf, type FileSpan, type KeptPieces } from '../../../src/main/content/readable-range.ts'
import type { FileIdentity, ResumeState } from '../../../src/protocol/records.ts'
import { noCounters } from '../../../src/protocol/counters.ts'
import { suite } from '../../support/suite.ts'

const readable = suite('src/main/content/readable-range')
const file: FileSpan = { index: 0, offset: 0, length: 20, pieceLength: 10 }
const seen: FileIdentity = { index: 0, size: 20, mtimeNs: 1n, ino: 1n }
const [none, half, whole] = [0x00, 0x80, 0xc0]

function sharedBits(byte: number): SharedArrayBuffer {
  const bits = new SharedArrayBuffer(1)
  new Uint8Array(bits).set([byte])
  return bits
}

function torrent(bits: number, files: FileIdentity[], claimed = none): KeptPieces {
  const checkpoint = { bits: Uint8Array.of(claimed), files, openForWriting: [], counters: noCounters }
  const resume: ResumeState = { checkpoint, clean: true }
  return { bits: sharedBits(bits), resume, storageMode: 'sparse' }
}

readable('a file that is whole is read once a checkpoint has seen it, and as that saw it', () => {
  assert.is(readableOf(torrent(whole, []), true, file), undefined)
  assert.is(readableOf({ ...torrent(whole, []), resume: undefined }, true, file), undefined)
  assert.equal(readableOf(torrent(whole, [seen], whole), true, file), {
    bits: Uint8Array.of(whole),
    seen,
    isWritten: false,
  })
  assert.is(readableOf(torrent(whole, [seen], half), true, file)?.isWritten, true, 'the end was just written')
})

readable('what arrives is read before a checkpoint, and what is in memory always', () => {
  assert.equal(readableOf(torrent(half, []), true, file)?.bits, Uint8Array.of(half))
  const inMemory: KeptPieces = { ...torrent(whole, []), storageMode: 'memory' }
  assert.equal(readableOf(inMemory, true, file)?.bits, Uint8Array.of(whole))
})

readable('of a torrent that rests only what a checkpoint claims is read', () => {
  assert.is(readableOf(torrent(whole, []), false, file), undefined)
  assert.equal(readableOf(torrent(whole, [seen], half), false, file)?.bits, Uint8Array.of(half))
})

readable.run()
