import * as assert from 'uvu/assert'
import { ActivationLane } from '../../../src/worker/session/activation-lane.ts'
import { suite } from '../../support/suite.ts'

const lane = suite('src/worker/session/activation-lane')

lane('steps run one after the other, in the order they came', async () => {
  const steps = new ActivationLane()
  const seen: string[] = []
  const step = (name: string) => async (): Promise<string> => {
    seen.push(`${name} begins`)
    await new Promise(setImmediate)
    seen.push(`${name} ends`)
    return name
  }
  assert.equal(await Promise.all([steps.run(step('a')), steps.run(step('b'))]), ['a', 'b'])
  assert.equal(seen, ['a begins', 'a ends', 'b begins', 'b ends'])
})

lane('a step that fails is told to its caller only, and the next one runs', async () => {
  const steps = new ActivationLane()
  const failed = steps.run(() => Promise.reject(new Error('no')))
  const next = steps.run(() => Promise.resolve('next'))
  assert.is(await failed.catch((error: unknown) => (error as Error).message), 'no')
  assert.is(await next, 'next')
})

lane.run()
