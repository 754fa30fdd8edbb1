import * as assert from 'uvu/assert'
import { PipelineDepth } from '../../../src/worker/session/engine/picker/pipeline-depth.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/picker/pipeline-depth')
const block = 16 * 1024

/** Blocks that come evenly for a while, each asked for `delayMs` before. */
function run(depth: PipelineDepth, from: number, ms: number, perSecond: number, delayMs: number): void {
  const count = Math.floor((ms * perSecond) / 1000)
  for (let nth = 0; nth < count; nth += 1) {
    const now = from + delayMs + (nth * 1000) / perSecond
    depth.arrived(block, now - delayMs, now)
  }
}

test('it is 64 until anything is known, and never more than the peer queues', () => {
  const depth = new PipelineDepth()
  assert.is(depth.blocks(undefined), 64)
  assert.is(depth.blocks(20), 20)
  run(depth, 0, 5000, 4000, 10)
  assert.is(depth.blocks(undefined), 250)
  assert.is(depth.blocks(500), 500)
  assert.is(depth.blocks('many'), 250)
})

test('it follows the rate and the delay', () => {
  const [near, far] = [new PipelineDepth(), new PipelineDepth()]
  run(near, 0, 5000, 400, 10)
  run(far, 0, 5000, 400, 500)
  assert.ok(near.blocks(5000) > 350 && near.blocks(5000) < 480, String(near.blocks(5000)))
  assert.ok(far.blocks(5000) > 500 && far.blocks(5000) < 700, String(far.blocks(5000)))
})

test('it grows for a peer that answers all of it at once, again and again', () => {
  const depth = new PipelineDepth()
  for (let turn = 0; turn < 500; turn += 1) {
    const askedAt = turn * 20
    depth.resume(askedAt) // nothing was asked for since the last ones came
    for (let nth = 0; nth < 64; nth += 1) depth.arrived(block, askedAt, askedAt + 4)
  }
  assert.is(depth.blocks(5000), 512 + 64, 'a slack of 8 MiB, and what comes within the delay')
})

test('a pause says nothing of the rate', () => {
  const depth = new PipelineDepth()
  run(depth, 0, 5000, 1000, 10)
  const before = depth.blocks(5000)
  depth.resume(100_000)
  run(depth, 100_000, 5000, 1000, 10)
  assert.ok(Math.abs(depth.blocks(5000) - before) < 50)
})

test('it falls when the peer becomes slow', () => {
  const depth = new PipelineDepth()
  run(depth, 0, 5000, 1000, 10)
  run(depth, 6000, 30_000, 10, 10)
  assert.is(depth.blocks(5000), 64)
})

test.run()
