import * as assert from 'uvu/assert'
import { parseInfo, type TorrentInfo } from '../../../src/protocol/torrent-info.ts'
import { PieceBits } from '../../../src/worker/session/piece-bits.ts'
import { Selection } from '../../../src/worker/session/selection.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/selection')
const kib = 1024

/** Pieces of 16 KiB: 0 and 1 of `a`, 1 and 2 of `b`, 2 padding, 3 of `c`. */
const info: TorrentInfo = parseInfo(
  makeMetainfo({
    name: 'folder',
    pieceLength: 16 * kib,
    files: [
      { path: 'a', content: 24 * kib },
      { path: 'b', content: 10 * kib },
      { path: '.pad/1', content: Buffer.alloc(14 * kib), padding: true },
      { path: 'c', content: 5 * kib },
      { path: 'empty', content: 0 },
    ],
  }).rawInfo,
)

function select(file_priorities: number[], default_priority = 4, have: number[] = []): Selection {
  const bits = new PieceBits(info)
  for (const piece of have) bits.set(piece)
  return new Selection(info, { file_priorities, default_priority }, bits)
}

test('a piece has the highest priority of its files', () => {
  assert.equal([...select([]).priorities], [4, 4, 4, 4])
  assert.equal([...select([1, 7]).priorities], [1, 7, 7, 4])
  assert.equal([...select([0, 0, 0, 4]).priorities], [0, 0, 0, 4])
  assert.equal([...select([4], 0).priorities], [4, 4, 0, 0])
})

test('the first and the last piece of each file come before all others, and skipped ones stay so', () => {
  const large = parseInfo(
    makeMetainfo({
      name: 'folder',
      pieceLength: 16 * kib,
      files: [
        { path: 'a', content: 4 * 16 * kib },
        { path: 'b', content: 3 * 16 * kib },
        { path: 'c', content: 3 * 16 * kib },
      ],
    }).rawInfo,
  )
  const prioritiesOf = (file_priorities: number[]): number[] => {
    const wish = { file_priorities, default_priority: 4, first_last_first: true }
    return [...new Selection(large, wish, new PieceBits(large)).priorities]
  }
  assert.equal(prioritiesOf([]), [7, 3, 3, 7, 7, 3, 7, 7, 3, 7])
  assert.equal(prioritiesOf([7, 0, 1]), [7, 6, 6, 7, 0, 0, 0, 7, 1, 7])
})

test('what is wanted is counted, and what is missing of it', () => {
  const selection = select([4], 0, [1, 3])
  assert.is(selection.bytes, 32 * kib)
  assert.is(selection.left, 16 * kib)
  selection.gained(2)
  assert.is(selection.left, 16 * kib)
  selection.gained(0)
  assert.is(selection.left, 0)
  assert.is(select([]).bytes, info.length)
  assert.is(select([], 0).bytes, 0)
})

test.run()
