import * as assert from 'uvu/assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { EngineStore, type GetOptions } from '../../../src/worker/session/storage/engine-store.ts'
import { observeFileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { contentOf, filesOf, pieceOf, sameBytes, storeOf } from './fixture.ts'

const block = 16 * 1024
const test = suite('worker/session/storage/engine-store')

function made() {
  const root = temporaryFolder()
  const { store, layout, disk } = storeOf(root, filesOf(['a', 100], ['b', 60]), 64)
  return { root, layout, disk, engine: new EngineStore(store), content: contentOf(layout) }
}

function put(engine: EngineStore, index: number, bytes: Uint8Array): Promise<unknown> {
  return new Promise((resolve) => engine.put(index, bytes, (error) => resolve(error)))
}

function get(engine: EngineStore, index: number, options?: GetOptions | null): Promise<Uint8Array> {
  return new Promise((resolve, reject) =>
    engine.get(index, options, (error, bytes) => {
      if (bytes) resolve(bytes)
      else reject(error instanceof Error ? error : new Error('no error'))
    }),
  )
}

test('put and get speak callbacks, with the whole piece as the default', async () => {
  const { engine, layout, content, disk } = made()
  assert.is(engine.chunkLength, 64)
  for (const index of [0, 1, 2]) assert.is(await put(engine, index, pieceOf(content, layout, index)), null)
  for (const options of [undefined, null, {}]) sameBytes(await get(engine, 2, options), content.subarray(128))
  sameBytes(await get(engine, 1, { offset: 40 }), content.subarray(104, 128))
  sameBytes(await get(engine, 1, { offset: 40, length: 8 }), content.subarray(104, 112))
  const direct = new Promise<unknown>((resolve) => engine.get(0, (_, bytes) => resolve(bytes)))
  sameBytes((await direct) as Uint8Array, content.subarray(0, 64))
  await disk.close()
})

test('get reads ahead, and gives bytes of the caller', async () => {
  const { store, layout, disk } = storeOf(temporaryFolder(), filesOf(['a', 4 * block]), 4 * block)
  const content = contentOf(layout)
  const engine = new EngineStore(store)
  await put(engine, 0, content)
  const lengths: number[] = []
  const stop = observeFileOperations((operation, [, length]) => {
    if (operation === 'read') lengths.push(Number(length))
  })
  for (const offset of [0, block, 2 * block, 2 * block, 3 * block]) {
    const bytes = await get(engine, 0, { offset, length: block })
    sameBytes(bytes, content.subarray(offset, offset + block))
    bytes.fill(0)
  }
  stop()
  assert.equal(lengths, [block, 4 * block])
  await disk.close()
})

test('a failure comes as an error with its code, never as a throw', async () => {
  const { engine, disk } = made()
  for (const options of [{ offset: 65 }, { offset: 0, length: 65 }, { length: NaN }]) {
    const error = await get(engine, 0, options).catch((reason: unknown) => reason)
    assert.ok(error instanceof RestTorrentError && error.code === 'invalid_parameter')
  }
  const error = await put(engine, 0, new Uint8Array(3))
  assert.ok(error instanceof RestTorrentError && error.code === 'invalid_parameter')
  await disk.close()
})

test('destroy only closes', async () => {
  const { root, engine, layout, content, disk } = made()
  for (const index of [0, 1, 2]) engine.put(index, pieceOf(content, layout, index))
  assert.is(await new Promise((resolve) => engine.destroy((error) => resolve(error))), null)
  sameBytes(readFileSync(join(root, 'a')), content.subarray(0, 100))
  const error = await put(engine, 0, pieceOf(content, layout, 0))
  assert.ok(error instanceof RestTorrentError && error.code === 'disk_failed')
  await disk.close()
})

test.run()
