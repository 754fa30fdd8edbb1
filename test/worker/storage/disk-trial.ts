/** Run in a process of its own, on a disk or under a limit that its parent arranged; prints what happened. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { allocate } from '../../../src/worker/session/storage/allocate.ts'
import { readPiece } from '../../../src/worker/session/storage/piece-store.ts'
import { contentOf, filesOf, pieceOf, storeOf } from './fixture.ts'

const [trial, root] = process.argv.slice(2)
if (root === undefined) throw new Error('no folder given')
const mib = 1024 * 1024

async function write(folder: string): Promise<void> {
  const { store, layout } = storeOf(folder, filesOf(['t/a', 3 * mib], ['t/b', 3 * mib]), 256 * 1024)
  const content = contentOf(layout)
  for (let index = 0; index < layout.pieceCount; index += 1)
    await store.write(index, pieceOf(content, layout, index)).catch(async (error: unknown) => {
      if (
        index > 0 &&
        Buffer.compare(await readPiece(store, 0, 0, 256 * 1024), pieceOf(content, layout, 0)) !== 0
      )
        throw new Error('the first piece is gone')
      throw error
    })
  await store.sync()
}

async function writeMany(folder: string): Promise<void> {
  const files = Array.from({ length: 200 }, (_, index): [string, number] => [`f${index}`, 1024])
  const { store, layout } = storeOf(folder, filesOf(...files), 1024)
  for (let index = 0; index < layout.pieceCount; index += 1) await store.write(index, new Uint8Array(1024))
}

async function reserve(folder: string, whenStarted: () => void): Promise<void> {
  const { disk, layout } = storeOf(folder, filesOf(['a', mib / 4], ['b', 2 * mib]), mib)
  const signal = new AbortController().signal
  let started = false
  const progress = () => {
    if (!started) whenStarted()
    started = true
  }
  await allocate(disk.operations, { root: folder, files: layout.files, createRoot: true, signal, progress })
}

const trials: Record<string, (folder: string) => Promise<void>> = {
  write,
  'write many': writeMany,
  allocate: (folder) => reserve(folder, () => undefined),
  'allocate while it fills': (folder) =>
    reserve(folder, () => writeFileSync(join(folder, 'filler'), Buffer.alloc(2.5 * mib))),
}

const run = trials[trial ?? '']
if (!run) throw new Error(`no trial ${trial ?? ''}`)
try {
  await run(root)
  console.log(JSON.stringify({ code: 'none' }))
} catch (error) {
  if (!(error instanceof RestTorrentError)) throw error
  console.log(JSON.stringify({ code: error.code, message: error.message }))
}
