import { mkdirSync, readdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { ContentRead } from '../../../src/protocol/tasks.ts'
import { readContent } from '../../../src/worker/tasks/read-content.ts'
import { codeOf } from '../../support/code-of.ts'
import { makeFifo } from '../../support/disks.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'

const reading = suite('src/worker/tasks/read-content')
const text = 'the bytes of a file'

/** A file in a folder of its torrent, and the request that reads its middle. */
function made(): { folder: string; file: string; request: ContentRead } {
  const saveFolder = temporaryFolder()
  const folder = join(saveFolder, 'folder')
  const file = join(folder, 'file')
  mkdirSync(folder)
  writeFileSync(file, text)
  const { size, mtimeNs, ino } = statSync(file, { bigint: true })
  const seen = { index: 0, size: Number(size), mtimeNs, ino }
  return {
    folder,
    file,
    request: { saveFolder, path: 'folder/file', position: 4, length: 5, seen, isWritten: false },
  }
}

const read = (request: ContentRead): string => Buffer.from(readContent(request)).toString()

reading('exactly the bytes asked for', () => {
  assert.is(read(made().request), text.slice(4, 9))
})

reading('a file that was written to since is read only where that may be', () => {
  const { file, request } = made()
  writeFileSync(file, `${text}, and more`)
  assert.is(
    codeOf(() => read(request)),
    'files_changed',
  )
  assert.is(read({ ...request, isWritten: true }), text.slice(4, 9))
  renameSync(file, `${file}.before`)
  writeFileSync(file, `${text}, and more`)
  assert.is(
    codeOf(() => read({ ...request, isWritten: true })),
    'files_changed',
    'another file',
  )
})

reading('what is missing, short, a link, a FIFO or behind a link is refused, and nothing stays open', () => {
  const { folder, request } = made()
  const before = readdirSync('/proc/self/fd').length
  symlinkSync('file', join(folder, 'link'))
  symlinkSync(folder, join(request.saveFolder, 'way'))
  makeFifo(join(folder, 'fifo'))
  const of = { ...request, seen: undefined }
  const codes = {
    'folder/none': 'files_changed',
    'folder/link': 'path_outside_root',
    'way/file': 'path_outside_root',
    'folder/fifo': 'files_changed',
    folder: 'files_changed',
  }
  for (const [path, code] of Object.entries(codes))
    assert.is(
      codeOf(() => read({ ...of, path })),
      code,
      path,
    )
  assert.is(
    codeOf(() => read({ ...of, position: text.length - 1 })),
    'files_changed',
    'short',
  )
  assert.is(readdirSync('/proc/self/fd').length, before)
})

reading.run()
