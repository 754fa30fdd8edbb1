import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { FileOperations, observeFileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { FolderSyncs } from '../../../src/worker/session/storage/folder-syncs.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'

const syncs = suite('src/worker/session/storage/folder-syncs')

syncs('those who ask while a folder is synced share a sync that begins after', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, 'a'))
  const folders = new FolderSyncs(new FileOperations())
  const held: PromiseWithResolvers<undefined>[] = []
  using _ = undoing(
    observeFileOperations(async (operation) => {
      if (operation !== 'fsync') return
      const hold = Promise.withResolvers<undefined>()
      held.push(hold)
      await hold.promise
    }),
  )
  const done: string[] = []
  const ask = (name: string) => folders.sync(root, 'a').then(() => done.push(name))
  const first = ask('first')
  await eventually(10_000, 'the first sync', () => held.length === 1)
  const later = [ask('second'), ask('third')]
  const other = folders.sync(root, '')
  await eventually(10_000, 'that of another folder beside it', () => held.length === 2)
  held[1]?.resolve(undefined)
  await other
  assert.equal(done, [], 'what began before they asked is not theirs')
  held[0]?.resolve(undefined)
  await first
  await eventually(10_000, 'the one that they share', () => held.length === 3)
  assert.equal(done, ['first'])
  held[2]?.resolve(undefined)
  await Promise.all(later)
  assert.is(held.length, 3)
})

syncs('a sync that fails fails for all who share it, and for nobody after', async () => {
  const root = temporaryFolder()
  const folders = new FolderSyncs(new FileOperations())
  {
    using _ = undoing(
      observeFileOperations((operation) => {
        if (operation === 'fsync') throw Object.assign(new Error('broken'), { errno: -5, code: 'EIO' })
      }),
    )
    const both = await Promise.allSettled([folders.sync(root, ''), folders.sync(root, '')])
    assert.equal(
      both.map((one) => codeOf(one)),
      ['disk_failed', 'disk_failed'],
    )
  }
  await folders.sync(root, '')
})

function codeOf(one: PromiseSettledResult<void>): string | undefined {
  return one.status === 'rejected' && one.reason instanceof RestTorrentError ? one.reason.code : undefined
}

function undoing(undo: () => void): Disposable {
  return { [Symbol.dispose]: undo }
}

syncs.run()
