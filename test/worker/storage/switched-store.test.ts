import * as assert from 'uvu/assert'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { MemoryBudget, MemoryPieceStore } from '../../../src/worker/session/storage/memory-piece-store.ts'
import { SwitchedStore } from '../../../src/worker/session/storage/switched-store.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/storage/switched-store')

async function holding(byte: number): Promise<MemoryPieceStore> {
  const store = new MemoryPieceStore({ length: 8, pieceLength: 8 }, new MemoryBudget(8))
  await store.write(0, Buffer.alloc(8, byte))
  return store
}

/** What a peer is lent: the first byte, or the error. */
function lent(store: SwitchedStore): Promise<unknown> {
  return new Promise((resolve) => store.lend(0, 0, 8, (error, bytes) => resolve(bytes?.[0] ?? error)))
}

test('what is asked for while a store is held comes from the next one', async () => {
  const store = new SwitchedStore(await holding(1))
  assert.is(await lent(store), 1)
  store.hold()
  const block = lent(store)
  store.release(await holding(2))
  assert.is(await block, 2)
  assert.is(await lent(store), 2)
})

test('who waits when a held store is closed is told so', async () => {
  const store = new SwitchedStore(await holding(1))
  store.hold()
  const block = lent(store)
  await store.close()
  const error = await block
  assert.ok(error instanceof RestTorrentError && error.code === 'disk_failed')
})

test.run()
