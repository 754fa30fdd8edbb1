import * as assert from 'uvu/assert'
import { infoHash, sessionId } from '../../src/protocol/ids.ts'
import { indexList, priority, priorityList } from '../../src/protocol/file-parameters.ts'
import { bytes, decimal, integer, portList, portRange } from '../../src/protocol/parameters.ts'
import { suite } from '../support/suite.ts'

const test = suite('protocol/parameters')

test('of what is refused a caller hears what it must be, and no pattern', () => {
  const told = (schema: { safeParse(value: unknown): { error?: { issues: { message: string }[] } } }) =>
    ['-1', 'x', '', 1.5, [-1], null].map((value) => schema.safeParse(value).error?.issues[0]?.message)
  const all = (message: string, but: Record<number, string | undefined> = {}) =>
    Array.from({ length: 6 }, (_, at) => (at in but ? but[at] : message))
  assert.equal(told(integer(0, 9)), all('must be an integer from 0 to 9'))
  assert.equal(
    told(decimal(2, 9)),
    all('must be a number from 2 to 9', { 3: 'must be a number from 2 to 9' }),
  )
  assert.equal(told(portRange), all('must be two ports such as "6881,6891"'))
  const aPort = 'must be ports from 1 to 65535'
  assert.equal(told(portList), all(aPort, { 3: 'must be a list of ports', 5: 'must be a list of ports' }))
  const priorities = 'must be priorities from 0 to 7, or skip, low, normal, high'
  const noList = 'must be a list of priorities'
  assert.equal(told(priorityList), all(priorities, { 2: undefined, 3: noList, 5: noList }))
  assert.equal(told(bytes), all('must be binary, or a base64 string', { 2: undefined }))
  for (const [schema, what] of [
    [sessionId, 'must be 40 lower-case hex digits'],
    [infoHash, 'must be 40 hex digits'],
  ] as const)
    assert.equal(told(schema).slice(0, 3), [what, what, what])
})

test('priorities have numbers and names, and files are named by their places', () => {
  assert.equal(priorityList.parse('high, 4,skip'), [7, 4, 0])
  assert.equal(priorityList.parse(['low', 2]), [1, 2])
  assert.equal(priorityList.parse(''), [])
  assert.equal(
    ['normal', '7', 0].map((given) => priority.parse(given)),
    [4, 7, 0],
  )
  assert.equal(indexList.parse('0, 19999'), [0, 19_999])
  assert.equal(indexList.parse(3), [3])
  for (const wrong of ['', '8', 'none', 1.5])
    assert.is(priority.safeParse(wrong).success, false, String(wrong))
  for (const wrong of ['', '-1', '20000', [], 'a']) assert.is(indexList.safeParse(wrong).success, false)
})

test.run()
