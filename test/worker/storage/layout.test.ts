import * as assert from 'uvu/assert'
import { Layout } from '../../../src/worker/session/storage/layout.ts'
import { suite } from '../../support/suite.ts'
import { filesOf, rejection } from './fixture.ts'

const test = suite('worker/session/storage/layout')

test('a piece is cut into one span per file it touches, with none for entries without bytes', () => {
  const layout = new Layout(
    filesOf(['a', 3], ['empty', 0], ['link', 0, 'symlink'], ['b', 4], ['pad', 2, 'padding'], ['c', 6]),
    8,
  )
  assert.is(layout.length, 15)
  assert.is(layout.pieceCount, 2)
  assert.equal(
    [0, 1, 2, -1, 0.5].map((index) => layout.pieceSize(index)),
    [8, 7, 0, 0, 0],
  )
  assert.equal(layout.spans(0, 8), [
    { file: 0, fileOffset: 0, bufferOffset: 0, length: 3 },
    { file: 3, fileOffset: 0, bufferOffset: 3, length: 4 },
    { file: 4, fileOffset: 0, bufferOffset: 7, length: 1 },
  ])
  assert.equal(layout.spans(8, 7), [
    { file: 4, fileOffset: 1, bufferOffset: 0, length: 1 },
    { file: 5, fileOffset: 0, bufferOffset: 1, length: 6 },
  ])
  assert.equal(layout.spans(10, 2), [{ file: 5, fileOffset: 1, bufferOffset: 0, length: 2 }])
})

test('the spans of every range cover exactly its bytes', () => {
  const layout = new Layout(filesOf(['a', 5], ['b', 0], ['c', 1], ['d', 7], ['e', 0], ['f', 2]), 4)
  for (let start = 0; start < layout.length; start += 1)
    for (let length = 1; start + length <= layout.length; length += 1) {
      let at = start
      for (const span of layout.spans(start, length)) {
        assert.is(span.bufferOffset, at - start)
        assert.is((layout.files[span.file]?.offset ?? -1) + span.fileOffset, at)
        at += span.length
      }
      assert.is(at, start + length)
    }
})

const hostile = ['', '..', '../x', 'a/../../x', '/etc/passwd', 'a//b', 'a/./b', 'a\0b', 'x'.repeat(256), 'a/']
for (const path of hostile)
  test(`the name ${JSON.stringify(path.slice(0, 20))} is invalid_path`, async () => {
    await rejection(
      Promise.resolve().then(() => new Layout(filesOf([path, 1]), 4)),
      'invalid_path',
    )
  })

test('files with gaps between them and links with bytes are invalid_metainfo', async () => {
  const gap = filesOf(['a', 1], ['b', 1]).map((file, index) => ({ ...file, offset: index * 2 }))
  for (const files of [gap, filesOf(['link', 1, 'symlink']), filesOf(['a', -1])])
    await rejection(
      Promise.resolve().then(() => new Layout(files, 4)),
      'invalid_metainfo',
    )
})

test.run()
