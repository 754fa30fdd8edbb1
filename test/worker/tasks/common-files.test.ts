import * as assert from 'uvu/assert'
import { encodeBencode } from '../../../src/protocol/bencode-encode.ts'
import type { FileSet } from '../../../src/protocol/tasks.ts'
import { commonFiles } from '../../../src/worker/tasks/common-files.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { suite } from '../../support/suite.ts'

const common = suite('src/worker/tasks/common-files')
const tree = makeMetainfo({ name: 'tree', files: [{ path: 'a', content: 9 }, { path: 'b/c', content: 9 }] }) // prettier-ignore
const at = (saveFolder: string, rawInfo = tree.rawInfo): FileSet => ({ rawInfo, places: [{ saveFolder }] })
const mine = at('/r')

common('the same torrent in the same folder has every file in common', () => {
  assert.equal(commonFiles({ mine, other: mine }), ['tree/a', 'tree/b/c'])
})

common('the same torrent in another folder has none', () => {
  assert.equal(commonFiles({ mine, other: at('/r/tree') }), [])
})

common('a file in the place of a folder is in common, both ways', () => {
  const other = at('/r/tree', makeMetainfo({ name: 'b' }).rawInfo)
  assert.equal(commonFiles({ mine, other }), ['tree/b/c'])
  assert.equal(commonFiles({ mine: other, other: mine }), ['b'])
})

common('padding and links are no files', () => {
  const files = [
    { length: 9, path: ['a'], attr: 'p' },
    { length: 0, path: ['b', 'c'], attr: 'l' },
    { length: 9, path: ['d'] },
  ]
  const info = { files, name: 'tree', 'piece length': 16_384, pieces: Buffer.alloc(20) }
  const rawInfo = Buffer.from(encodeBencode(info))
  assert.equal(commonFiles({ mine, other: at('/r', rawInfo) }), [])
})

common.run()
