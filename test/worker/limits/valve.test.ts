import { setImmediate } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { Valve } from '../../../src/worker/session/engine/limits/valve.ts'
import { suite, within } from '../../support/suite.ts'

const test = suite('src/worker/session/engine/limits/valve')
const rate = 1_000_000
const lateMs = 1200
const blockLength = 16 * 1024

/** Blocks the thread, as a machine does that has no time for it. */
function beLate(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lateMs)
}

for (const [title, ofAll, ofOne] of [
  ['of a session', rate, 0],
  ['of a torrent', 0, rate],
] as const) {
  test(`a limit ${title} makes up for what a late thread could not move`, async () => {
    const valve = new Valve()
    valve.setRate(ofAll)
    const lane = valve.open(ofOne)
    const turn = async (): Promise<number> => {
      const room = new Promise<number>((resolve) => lane.onTurn(() => resolve(lane.room)))
      lane.wait()
      return await within(5000, 'a turn', room)
    }
    lane.spend(Math.min(await turn(), blockLength))
    await setImmediate()
    beLate()
    assert.ok((await turn()) >= (rate * lateMs) / 1000 - blockLength)
    lane.close()
  })

  test(`a limit ${title} saves up less than half a second of a pause`, async () => {
    const valve = new Valve()
    valve.setRate(ofAll)
    const lane = valve.open(ofOne)
    beLate()
    const room = new Promise<number>((resolve) => lane.onTurn(() => resolve(lane.room)))
    const askedAt = performance.now()
    lane.wait()
    const given = await within(5000, 'a turn', room)
    assert.ok(given <= rate / 2 + (rate * (performance.now() - askedAt)) / 1000)
    lane.close()
  })
}

test.run()
