import * as assert from 'uvu/assert'
import { Turns } from '../../src/protocol/turns.ts'
import { suite } from '../support/suite.ts'

const turns = suite('src/protocol/turns')

turns('commands on one torrent wait for those before, and not for those on another', async () => {
  const commands = new Turns()
  const seen: string[] = []
  const held = Promise.withResolvers<undefined>()
  const first = commands.take('a', async () => void (await held.promise, seen.push('first')))
  const second = commands.take('a', () => Promise.resolve(void seen.push('second')))
  await commands.take('b', () => Promise.resolve(void seen.push('other')))
  assert.equal(seen, ['other'])
  held.resolve(undefined)
  await Promise.all([first, second])
  assert.equal(seen, ['other', 'first', 'second'])
})

turns('a command that fails is told to its caller only, and the next one runs', async () => {
  const commands = new Turns()
  const failed = commands.take('a', () => Promise.reject(new Error('no')))
  const next = commands.take('a', () => Promise.resolve())
  assert.is(await failed.catch((error: unknown) => (error as Error).message), 'no')
  await next
})

turns.run()
