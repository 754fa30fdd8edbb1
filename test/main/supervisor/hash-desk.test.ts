import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { HashDesk } from '../../../src/main/supervisor/hash-desk.ts'
import { threadEntries } from '../../../src/main/threads/entries.ts'
import { TaskPool } from '../../../src/main/threads/task-pool.ts'
import type { HashRequest } from '../../../src/protocol/session-rpc.ts'
import { contentBytes } from '../../support/content.ts'
import { hashesOf } from '../../support/metainfo.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'

const desk = suite('src/main/supervisor/hash-desk')
const pieceLength = 16_384
const content = contentBytes('hash desk', 4 * pieceLength)

function request(): HashRequest {
  const saveFolder = temporaryFolder()
  writeFileSync(join(saveFolder, 'a'), content)
  const files = [{ path: 'a', offset: 0, length: content.length, padding: false }]
  const expected = hashesOf(content, pieceLength)
  return { saveFolder, files, pieceLength, firstPiece: 0, expected, totalLength: content.length }
}

desk('sessions take turns: one with a long queue does not hold up another', async () => {
  const pool = new TaskPool(threadEntries.tasks)
  const hashing = new HashDesk(pool)
  const order: string[] = []
  const run = async (session: string, id: number): Promise<void> => {
    const answer = await hashing.run(session, id, request())
    order.push(session)
    assert.equal(answer, { matches: new Uint8Array([1, 1, 1, 1]) })
  }
  const long = Array.from({ length: 30 }, (_, id) => run('long', id))
  await run('short', 1)
  assert.ok(order.length < 30, `${order.length} were done before`)
  await Promise.all(long)
  assert.is(hashing.waiting, 0)
  await pool.close()
})

desk('what waits can be cancelled, one or all of a session, and is answered', async () => {
  const pool = new TaskPool(threadEntries.tasks)
  const hashing = new HashDesk(pool)
  const jobs = Array.from({ length: 20 }, (_, id) => hashing.run('one', id, request()))
  const other = hashing.run('other', 1, request())
  hashing.cancel('one', 19)
  assert.is(await jobs[19], undefined)
  hashing.cancelAll('one')
  const answers = await Promise.all(jobs)
  assert.ok(answers.filter((answer) => answer === undefined).length >= 20 - pool.hashThreads)
  assert.is.not(await other, undefined)
  await pool.close()
})

desk('no more runs at once than it is limited to, from that moment on', async () => {
  const pool = new TaskPool(threadEntries.tasks)
  const hashing = new HashDesk(pool)
  hashing.limit(1)
  const gates: (() => void)[] = []
  const work = async (): Promise<void> => {
    await new Promise<void>((resolve) => gates.push(resolve))
  }
  const all = ['one', 'two', 'three'].map((session) => hashing.inTurn(session, work))
  assert.equal([gates.length, hashing.running, hashing.waiting], [1, 1, 2])
  hashing.limit(2)
  const both = Math.min(2, pool.hashThreads)
  assert.equal([gates.length, hashing.running], [both, both])
  hashing.limit(1)
  gates[0]?.()
  await all[0]
  hashing.limit(Infinity)
  for (let done = 1; done < 3; done += 1) {
    await eventually(10_000, 'its turn', () => gates.length > done)
    gates[done]?.()
    await all[done]
  }
  await eventually(10_000, 'all to be over', () => hashing.running === 0)
  await pool.close()
})

desk.run()
