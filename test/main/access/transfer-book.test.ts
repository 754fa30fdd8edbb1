/** A month's transfer: main's accounts and the worker's counting in the memory that both have. */
import * as assert from 'uvu/assert'
import { TransferBook, type TransferBookOptions } from '../../../src/main/access/transfer-book.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import type { TransferUse } from '../../../src/protocol/transfer.ts'
import { TransferGate } from '../../../src/worker/session/transfer-gate.ts'
import { openStore } from '../../../src/worker/store/store.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'

const transfers = suite('src/main/access/transfer-book')
const bound = 1000
const one = { id: '1'.repeat(40), owner: 'rt_1', quotas: { transfer_month: bound } }
const other = { id: '2'.repeat(40), owner: 'rt_1', quotas: {} }
const free = { id: '3'.repeat(40), owner: 'rt_3', quotas: {} }
const newYear = Date.UTC(2027, 0, 1)

function bookOf(options: Partial<TransferBookOptions> = {}): TransferBook {
  return new TransferBook({
    quotasOfKey: (prefix) => (prefix === 'rt_1' ? { transfer_month: 1.5 * bound } : {}),
    stored: [],
    journal: { write: () => Promise.resolve() },
    log: { warn: () => undefined },
    ...options,
  })
}

/** A worker's gate, and what it was told. */
function gateOf(
  book: TransferBook,
  session: typeof one | typeof other,
): { gate: TransferGate; told: string[] } {
  const told: string[] = []
  return { gate: new TransferGate(book.sharesOf(session), ({ message }) => told.push(message)), told }
}

function refusal(gate: TransferGate): string | undefined {
  try {
    gate.require()
    return undefined
  } catch (error) {
    return error instanceof RestTorrentError ? error.message.split(' is ')[0] : String(error)
  }
}

transfers('a bound holds over all sessions of a key, and that of a session over it alone', async () => {
  const book = bookOf()
  const [first, second, unbounded] = [gateOf(book, one), gateOf(book, other), gateOf(book, free)]
  first.gate.count(bound - 1)
  assert.equal([refusal(first.gate), first.told.length], [undefined, 0])
  first.gate.count(1)
  first.gate.count(1)
  assert.is(refusal(first.gate), `the quota transfer_month of session ${one.id}`)
  assert.is(first.told.length, 1, 'it is told once')
  second.gate.count(bound / 2 - 2)
  assert.is(refusal(second.gate), undefined)
  second.gate.count(1)
  assert.is(refusal(second.gate), 'the quota transfer_month of key rt_1')
  unbounded.gate.count(100 * bound)
  assert.is(refusal(unbounded.gate), undefined)
  await book.stop()
})

transfers('another session of the key is told when it looks', async () => {
  const book = bookOf()
  const [first, second] = [gateOf(book, other), gateOf(book, other)]
  first.gate.count(2 * bound)
  assert.is(second.told.length, 0)
  second.gate.look()
  assert.is(second.told.length, 1)
  await book.stop()
})

transfers('everything is there again when a month begins in UTC, and not before', async () => {
  let now = newYear - 1
  const book = bookOf({ now: () => now })
  const { gate, told } = gateOf(book, one)
  gate.count(2 * bound)
  book.look()
  assert.ok(refusal(gate))
  now = newYear
  book.look()
  assert.is(refusal(gate), undefined)
  gate.look()
  gate.count(2 * bound)
  assert.is(told.length, 2)
  await book.stop()
})

transfers('what was counted outlives the process, in its month alone', async () => {
  const store = await openStore(temporaryFolder())
  const journal = { write: store.write.bind(store) }
  const opened = async (now: number): Promise<TransferBook> =>
    bookOf({
      stored: await store.loadTransfers(),
      journal: { write: (...operations) => journal.write(operations) },
      now: () => now,
    })
  const before = await opened(newYear - 1)
  gateOf(before, one).gate.count(bound)
  await before.stop()
  const kept: TransferUse[] = [
    { holder: 'key rt_1', month: '2026-12', bytes: bound },
    { holder: `session ${one.id}`, month: '2026-12', bytes: bound },
  ]
  assert.equal(await store.loadTransfers(), kept)
  const again = await opened(newYear - 1)
  assert.ok(refusal(gateOf(again, one).gate))
  await again.stop()
  const later = await opened(newYear)
  const { gate } = gateOf(later, one)
  assert.is(refusal(gate), undefined)
  gate.count(1)
  await later.stop()
  assert.equal(
    (await store.loadTransfers()).map(({ month, bytes }) => [month, bytes]),
    [
      ['2027-01', 1],
      ['2027-01', 1],
    ],
  )
  await store.close()
})

transfers('a store that cannot be written is asked again', async () => {
  let refuses = true
  const written: number[] = []
  const book = bookOf({
    journal: {
      write: async (...operations) => {
        if (refuses) throw new RestTorrentError('disk_full', 'not now')
        written.push(operations.length)
        return await Promise.resolve()
      },
    },
  })
  gateOf(book, one).gate.count(1)
  await book.keep()
  refuses = false
  await book.keep()
  await book.stop()
  assert.equal(written, [2])
})

transfers.run()
