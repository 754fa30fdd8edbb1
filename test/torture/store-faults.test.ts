/** The n-th step of the store fails, for every n of a session's life: what was acknowledged is what is kept. */
import { noCounters } from '../../src/protocol/counters.ts'
import * as assert from 'uvu/assert'
import type { Journal } from '../../src/main/records/journal.ts'
import { SessionRecords } from '../../src/main/records/session-records.ts'
import type { TorrentRecord } from '../../src/protocol/records.ts'
import { openStore, type Store } from '../../src/worker/store/store.ts'
import { observeStoreSteps } from '../../src/worker/store/store-steps.ts'
import { suite, temporaryFolder } from '../support/suite.ts'
import { checkpointOf, loadAll, sessionOf, torrentOf } from '../worker/store/fixture.ts'

const faults = suite('test/torture/store-faults')
const errors = { ENOSPC: -28, EIO: -5 } as const

/** What was acknowledged, by the torrent; undefined while nobody knows. */
type Known = Map<string, 'started' | 'stopped' | 'removed' | 'in doubt'>

function recordOf(n: number): TorrentRecord {
  return { ...torrentOf(n), counters: noCounters, bits: undefined }
}

/** One session's life against a store; every acknowledgement is noted. */
async function live(store: Store, known: Known): Promise<void> {
  const journal: Journal = { write: (...operations) => store.write(operations) }
  const records = new SessionRecords(sessionOf(), { journal, onFailed: () => undefined })
  const ask = async (
    infoHash: string,
    then: 'started' | 'stopped' | 'removed',
    step: () => Promise<unknown>,
  ) => {
    known.set(infoHash, 'in doubt')
    await step()
    known.set(infoHash, then)
  }
  await records.keep()
  await records.mark(false)
  const [one, two, three] = [recordOf(1), recordOf(2), recordOf(3)]
  const step = { one: one.infoHash, two: two.infoHash, three: three.infoHash }
  await Promise.all(
    [one, two, three].map((record) => ask(record.infoHash, 'started', () => records.add(record))),
  )
  records.checkpoint(step.one, checkpointOf(5))
  await ask(step.two, 'stopped', () => records.decide(step.two, { started: false }))
  await ask(step.three, 'removed', async () => {
    const removal = await records.remove(step.three, true)
    if (removal) records.finishRemoval(removal)
  })
  records.checkpoint(step.three, checkpointOf(7))
  await ask(step.three, 'started', () => records.add(three))
  await records.mark(true)
}

async function withFault(n: number, code: keyof typeof errors, step: () => Promise<void>): Promise<number> {
  let count = 0
  const undo = observeStoreSteps(() => {
    count += 1
    if (count === n) throw Object.assign(new Error(code), { errno: errors[code], code })
  })
  await step().finally(undo)
  return count
}

async function kept(dataDir: string): Promise<Known> {
  const store = await openStore(dataDir)
  const { torrents, skipped } = await loadAll(store).finally(() => store.close())
  assert.equal(skipped, [])
  const there = torrents.filter(({ removal }) => removal === undefined)
  return new Map(
    there.map(({ torrent }) => [torrent.infoHash, torrent.started ? 'started' : 'stopped'] as const),
  )
}

for (const code of Object.keys(errors) as (keyof typeof errors)[]) {
  faults(`after ${code} at any step what was acknowledged is kept`, async () => {
    const run = async (n: number): Promise<number> => {
      const dataDir = temporaryFolder()
      const store = await openStore(dataDir)
      const known: Known = new Map()
      let failed: unknown
      const steps = await withFault(n, code, () =>
        live(store, known).catch((error: unknown) => {
          failed = error
        }),
      )
      await store.close()
      if (n <= steps && failed !== undefined)
        assert.is((failed as { code?: string }).code, code === 'EIO' ? 'disk_failed' : 'disk_full')
      const now = await kept(dataDir)
      for (const [infoHash, state] of known) {
        if (state !== 'in doubt') assert.is(now.get(infoHash) ?? 'removed', state, `step ${n}`)
      }
      return steps
    }
    const steps = await run(Infinity)
    assert.ok(steps >= 20, String(steps))
    for (let n = 1; n <= steps; n += 1) await run(n)
  })
}

faults.run()
