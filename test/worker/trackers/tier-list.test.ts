import * as assert from 'uvu/assert'
import { TierList } from '../../../src/worker/session/trackers/tier-list.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/trackers/tier-list')
const ordered = (...tiers: string[][]) => new TierList(tiers, () => 0)
const urls = (tiers: TierList) => tiers.all().map(({ url, tier }) => `${tier} ${url.text.slice(-1)}`)
const [a, b, c, d] = ['http://t/a', 'http://t/b', 'http://t/c', 'http://t/d'] as const

test('trackers come tier by tier, each URL once', () => {
  assert.equal(urls(ordered([a, b], [], [b], [c, a])), ['0 a', '0 b', '1 c'])
})

test('the order inside a tier is shuffled', () => {
  const places = [0.9, 0.1, 0.5, 0.2]
  const tiers = new TierList([[a, b, c], [d]], () => places.shift() ?? 0)
  assert.equal(urls(tiers), ['0 b', '0 c', '0 a', '1 d'])
})

test('a tracker is promoted inside its tier only', () => {
  const tiers = ordered([a, b], [c, d])
  tiers
    .all()
    .filter(({ url }) => url.text === b || url.text === d)
    .forEach((tracker) => tiers.promote(tracker))
  assert.equal(urls(tiers), ['0 b', '0 a', '1 d', '1 c'])
})

test('new tiers keep what is known of a URL and tell which trackers left', () => {
  const tiers = ordered([a, b], [c])
  const [first] = tiers.all()
  const left = tiers.replace([[d], [a]])
  assert.equal(urls(tiers), ['0 d', '1 a'])
  assert.is(tiers.all()[1], first)
  assert.equal(
    left.map(({ url }) => url.text),
    [b, c],
  )
})

test('at most 64 trackers are kept', () => {
  const many = Array.from({ length: 100 }, (_, index) => `http://t/${index}`)
  assert.is(ordered(many).all().length, 64)
})

test.run()
