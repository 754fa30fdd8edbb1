/** The n-th file operation of a download fails, for every n: nothing false is claimed, and it goes on. */
import * as assert from 'uvu/assert'
import { observeFileOperations } from '../../src/worker/session/storage/file-operations.ts'
import type { StorageMode } from '../../src/protocol/torrent.ts'
import { suite } from '../support/suite.ts'
import { ResumeFixture } from '../worker/resume/fixture.ts'
import { falsePieces } from './claims.ts'
import { codeOfFault, download } from './content-run.ts'

const faults = suite('test/torture/file-faults')

const pieceLength = 16 * 1024
const files = [
  { path: 'a', content: 2.5 * pieceLength },
  { path: 'sub/b', content: pieceLength },
  { path: 'sub/c', content: 3.5 * pieceLength },
  { path: 'empty', content: 0 },
]
const order = [4, 0, 2, 6, 1, 3, 5]
const all = 0b1111_1110
const errors = { ENOSPC: -28, EIO: -5 } as const

const fixture = (): ResumeFixture => new ResumeFixture({ name: 'failing', files, pieceLength })

/** Runs `step` with the n-th file operation failing; gives how many there were. */
async function withFault(n: number, code: keyof typeof errors, step: () => Promise<void>): Promise<number> {
  let count = 0
  const undo = observeFileOperations((operation) => {
    // a failing close has freed its descriptor all the same: observed before it, it would be a leak of the test
    if (operation === 'close') return
    count += 1
    if (count === n) throw Object.assign(new Error(code), { errno: errors[code], code })
  })
  try {
    await step()
  } finally {
    undo()
  }
  return count
}

for (const storageMode of ['sparse', 'allocate'] satisfies StorageMode[]) {
  for (const code of Object.keys(errors) as (keyof typeof errors)[]) {
    faults(`${storageMode}: after ${code} of any file operation nothing false is claimed`, async () => {
      const options = { storageMode, resume: undefined, order }
      const operations = await withFault(Infinity, code, () => download(fixture(), options))
      assert.ok(operations > 30, String(operations))
      for (let n = 1; n <= operations; n += 1) {
        const torrent = fixture()
        const failed = await withFault(n, code, () => download(torrent, options)).then(
          () => undefined,
          codeOfFault,
        )
        const checkpoint = torrent.told.at(-1)
        if (checkpoint !== undefined)
          assert.is(falsePieces(torrent.info, torrent.root, checkpoint.bits), 0, `operation ${n}`)
        const resume = checkpoint && { checkpoint, clean: failed === undefined }
        const { made, root } = torrent
        const next = new ResumeFixture({ name: made.name, files, pieceLength }, root)
        await download(next, { ...options, resume })
        assert.equal(next.last.bits, Uint8Array.of(all), `operation ${n}: ${String(failed)}`)
        assert.is(falsePieces(next.info, next.root, next.last.bits), 0, `operation ${n}`)
      }
    })
  }
}

faults.run()
