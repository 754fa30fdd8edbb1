import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { Demand } from '../../../src/main/supervisor/governor/demand.ts'
import { peerAllowances, shareOut, type Claim } from '../../../src/main/supervisor/governor/share-out.ts'
import { suite } from '../../support/suite.ts'

const shares = suite('src/main/supervisor/governor/share-out')
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const claim = (demand: number, fields: Partial<Claim> = {}): Claim => ({
  weight: 100,
  guarantee: 0,
  demand,
  ...fields,
})
const claims = fc.array(
  fc.record({
    weight: fc.integer({ min: 1, max: 10_000 }),
    guarantee: fc.nat(2000),
    demand: fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.constant(Infinity)),
  }),
  { minLength: 1, maxLength: 20 },
)
const caps = fc.integer({ min: 1, max: 20_000 })

shares('who wants all there is shares it by weight, and one alone has it all', () => {
  const rounded = (...list: Claim[]) => shareOut(900, list).map(Math.round)
  assert.equal(rounded(claim(Infinity), claim(Infinity), claim(Infinity)), [300, 300, 300])
  assert.equal(rounded(claim(Infinity), claim(0), claim(0)), [900, 0, 0])
  assert.equal(rounded(claim(Infinity), claim(100), claim(Infinity, { weight: 300 })), [200, 100, 600])
  assert.equal(rounded(claim(Infinity, { guarantee: 600 }), claim(Infinity)), [600, 300])
  assert.equal(rounded(claim(100, { guarantee: 600 }), claim(Infinity)), [100, 800])
  assert.equal(rounded(claim(200), claim(100)), [500, 400])
})

shares('all of the cap is shared out and no more, guarantees are kept, nobody starves', () => {
  fc.assert(
    fc.property(caps, claims, (cap, list) => {
      const given = shareOut(cap, list)
      assert.ok(Math.abs(sum(given) - cap) <= cap * 1e-6, `${sum(given)} of ${cap}`)
      const promised = sum(list.map(({ guarantee, demand }) => Math.min(guarantee, demand)))
      for (const [at, { guarantee, demand, weight }] of list.entries()) {
        const share = given[at] ?? 0
        assert.ok(share > 0 || (promised >= cap && guarantee === 0), 'it has a share')
        if (promised <= cap) assert.ok(share >= Math.min(guarantee, demand) - 1e-6, 'the guarantee is kept')
        // whoever has less than another by its weight has all that it wants, or the other its guarantee alone
        for (const [other, { guarantee: least, weight: itsWeight }] of list.entries()) {
          const its = given[other] ?? 0
          if (promised < cap && share < demand - 1e-3 && its > least + 1e-3)
            assert.ok(share / weight >= its / itsWeight - 1e-3, 'it is fair')
        }
      }
    }),
  )
})

shares('connections are never more than the cap, whatever the sessions have at the moment', () => {
  const peers = fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.nat(400), fc.nat(400)), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), peers, (cap, list) => {
      const connected = list.map(([, , now]) => now)
      const allowed = peerAllowances(
        cap,
        list.map(([weight, demand]) => claim(demand, { weight })),
        connected,
      )
      // what each may grow to, beside what the others still have
      const most = allowed.map((allowance, at) => Math.max(allowance, connected[at] ?? 0))
      assert.ok(sum(most) <= Math.max(cap, sum(connected)))
      assert.ok(sum(allowed) <= cap)
    }),
  )
})

shares('who had to wait wants all, and what was used is wanted a while longer, over 32 bits', () => {
  const demand = new Demand()
  assert.is(demand.read(2 ** 31 - 1000, 5, 1000), 0)
  assert.is(demand.read((2 ** 31 + 1000) | 0, 5, 2000), 2500)
  assert.is(demand.read((2 ** 31 + 1000) | 0, 6, 3000), Infinity)
  assert.is(demand.read((2 ** 31 + 1000) | 0, 6, 3999), Infinity)
  assert.is(demand.read((2 ** 31 + 1000) | 0, 6, 5000), 2500)
  assert.is(demand.read((2 ** 31 + 1000) | 0, 6, 6000), 0)
})

shares.run()
