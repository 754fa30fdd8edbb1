import { setImmediate } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { LoopTurns } from '../../../src/main/live/loop-turns.ts'
import { suite } from '../../support/suite.ts'

const turns = suite('src/main/live/loop-turns')

turns('of what is due at once each has a turn of the event loop of its own, in order', async () => {
  const ran: string[] = []
  const made = new LoopTurns<string>((thing) => ran.push(thing))
  for (const thing of ['a', 'b', 'c', 'b']) made.add(thing)
  made.drop('c')
  assert.equal(ran, [])
  await setImmediate()
  assert.equal(ran, ['a'])
  made.add('d')
  await setImmediate()
  assert.equal(ran, ['a', 'b'])
  await setImmediate()
  assert.equal(ran, ['a', 'b', 'd'])
  await setImmediate()
  made.add('e')
  await setImmediate()
  assert.equal(ran, ['a', 'b', 'd', 'e'])
})

turns.run()
