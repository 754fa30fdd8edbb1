import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { bodySteps, pageSteps, type ListSource } from '../../../src/main/handlers/torrent-page.ts'
import { TimeSlices, type Steps } from '../../../src/main/handlers/time-slices.ts'
import { rowOfRecord } from '../../../src/protocol/records.ts'
import { allTorrents, type TorrentQuery } from '../../../src/protocol/torrent-list.ts'
import type { TorrentRow } from '../../../src/protocol/torrent.ts'
import { codeOf } from '../../support/code-of.ts'
import { suite } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'

const page = suite('src/main/handlers/torrent-page')
const blank = rowOfRecord(torrentRecord())

function whole<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

function sourceOf(sessionId: string, rows: readonly TorrentRow[]): ListSource {
  return { sessionId, rows: () => rows, records: new Map() }
}

function ask(sources: readonly ListSource[], query: TorrentQuery = {}) {
  const rowOf = (row: TorrentRow, session_id: string) => ({ session_id, ...row })
  return whole(pageSteps(sources, query, rowOf))
}

const anyRow = fc.record({
  info_hash: fc.integer({ min: 0, max: 2 ** 40 }).map((n) => n.toString(16).padStart(40, '0')),
  name: fc.string({ maxLength: 3, unit: fc.constantFrom('a', 'B', 'ß', '9') }),
  num_peers: fc.integer({ min: 0, max: 3 }),
  eta_ms: fc.option(fc.integer({ min: 0, max: 3 })),
})
const rows = fc.uniqueArray(anyRow, { selector: ({ info_hash }) => info_hash, maxLength: 700 })

page('pages strung together are the sorted list, whatever the column, the order and the length', () => {
  const column = fc.constantFrom('name', 'num_peers', 'eta_ms', 'session_id', 'info_hash')
  const order = fc.constantFrom('asc', 'desc')
  fc.assert(
    fc.property(
      rows,
      rows,
      column,
      order,
      fc.integer({ min: 1, max: 300 }),
      (one, other, sort, order, limit) => {
        const sources = [one, other].map((some, at) =>
          sourceOf(
            String(at).repeat(40),
            some.map((row) => ({ ...blank, ...row })),
          ),
        )
        const strung: { session_id: string; info_hash: string }[] = []
        for (let after: string | null = ''; after !== null;) {
          const query = allTorrents.parse({ sort, order, limit, ...(after === '' ? {} : { after }) })
          const { next, total, torrents } = ask(sources, query)
          assert.is(total, one.length + other.length)
          strung.push(...torrents)
          after = next
        }
        const expected = sources.flatMap(({ sessionId, rows }) =>
          rows().map((row) => ({ session_id: sessionId, ...row })),
        )
        const valueOf = (row: (typeof expected)[number]) => {
          const value = row[sort]
          return typeof value === 'string' ? value.toLowerCase() : value
        }
        const sign = order === 'asc' ? 1 : -1
        expected.sort((a, b) => {
          const [x, y] = [valueOf(a), valueOf(b)]
          if (x !== y) return x === null ? 1 : y === null ? -1 : x < y ? -sign : sign
          return `${a.info_hash} ${a.session_id}` < `${b.info_hash} ${b.session_id}` ? -1 : 1
        })
        assert.equal(
          strung.map((row) => [row.session_id, row.info_hash]),
          expected.map((row) => [row.session_id, row.info_hash]),
        )
      },
    ),
    { numRuns: 60 },
  )
})

page('a page goes on behind its place when rows before it came and went', () => {
  const named = (name: string): TorrentRow => ({ ...blank, name, info_hash: name.repeat(40) })
  const of = (...names: string[]) => [sourceOf('a'.repeat(40), names.map(named))]
  const first = ask(of('b', 'c', 'd', 'e'), { sort: 'name', limit: 2 })
  const query = allTorrents.parse({ sort: 'name', limit: 2, after: first.next })
  const second = ask(of('a', 'd', 'e', 'f'), query)
  assert.equal(
    [...first.torrents, ...second.torrents].map(({ name }) => name),
    ['b', 'c', 'd', 'e'],
  )
  const offset = ask(of('a', 'b', 'c', 'd'), { sort: 'name', offset: 1, limit: 2 })
  assert.equal(
    offset.torrents.map(({ name }) => name),
    ['b', 'c'],
  )
  assert.is(ask(of('a'), { offset: 1 }).next, null)
})

page('after is of one order only, and what is none is refused by name', () => {
  const some = [1, 2].map((n) => ({ ...blank, info_hash: String(n).repeat(40) }))
  const { next } = ask([sourceOf('a'.repeat(40), some)], { limit: 1 })
  for (const wrong of [{ sort: 'name' }, { order: 'desc' }]) {
    const query = allTorrents.parse({ ...wrong, after: next })
    assert.is(
      codeOf(() => ask([], query)),
      'invalid_parameter',
    )
  }
  for (const after of ['', 'x', 'bnVsbA', btoa('[]')]) assert.not(allTorrents.safeParse({ after }).success)
})

page('the body is the JSON of the page', () => {
  fc.assert(
    fc.property(rows, (some) => {
      const found = ask([
        sourceOf(
          'a'.repeat(40),
          some.map((row) => ({ ...blank, ...row })),
        ),
      ])
      const { parts } = whole(bodySteps(found))
      assert.equal(JSON.parse(Buffer.concat(parts()).toString()), { status: 'success', ...found })
    }),
    { numRuns: 20 },
  )
})

page('long work gives way to everything else, and short work beside it is done first', async () => {
  const slices = new TimeSlices()
  let turns = 0
  const turn = (): void => {
    turns += 1
    if (turns < 1000) setImmediate(turn)
  }
  function* busy(slices: number): Steps<number> {
    for (let at = 0; at < slices; at += 1) {
      const end = performance.now() + 3 // longer than a slice
      while (performance.now() < end);
      yield
    }
    return turns
  }
  function* failing(): Steps<never> {
    yield
    throw new Error('it fails')
  }
  const done: string[] = []
  setImmediate(turn)
  const long = Promise.resolve(slices.run(busy(20))).then((at) => {
    done.push('long')
    return at
  })
  const short = Promise.resolve(slices.run(busy(0))).then(() => done.push('short'))
  const failed = Promise.resolve(slices.run(failing())).then(
    () => assert.unreachable(),
    (error: unknown) => assert.match(String(error), 'it fails'),
  )
  await Promise.all([short, failed])
  assert.ok((await long) >= 15)
  assert.equal(done, ['short', 'long'])
})

page.run()
