import * as assert from 'uvu/assert'
import { inStep } from '../../../src/worker/session/in-step.ts'
import { eventually, suite } from '../../support/suite.ts'

const steps = suite('src/worker/session/in-step')

steps('runs again and again, never twice for one step, until it is undone', async () => {
  const everyMs = 20
  const ran: number[] = []
  const stop = inStep(() => ran.push(Math.round(performance.now() / everyMs)), everyMs)
  await eventually(10_000, 'some steps', () => ran.length >= 5)
  stop()
  const count = ran.length
  const others: number[] = []
  const stopOther = inStep(() => others.push(0), everyMs)
  await eventually(10_000, 'as long again', () => others.length >= 3)
  stopOther()
  assert.is(ran.length, count)
})

steps.run()
