import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { RowList } from '../../../src/main/board/row-list.ts'
import { suite } from '../../support/suite.ts'

interface Row {
  readonly id: string
  readonly name: string
  readonly rate: number
}

const rowList = suite('src/main/board/row-list')

function expectedBody(rows: readonly Row[]): string {
  return JSON.stringify({ status: 'success', rows })
}

rowList('the body is the JSON of the rows, whatever was put and deleted', () => {
  const step = fc.record({
    key: fc.integer({ min: 0, max: 12 }),
    name: fc.string({ unit: 'binary' }),
    rate: fc.double({ noNaN: true, noDefaultInfinity: true }),
    kind: fc.constantFrom('put', 'put', 'delete', 'read'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const list = new RowList<Row>('rows')
      const model = new Map<string, Row>()
      for (const { key, name, rate, kind } of steps) {
        const id = `row ${key}`
        if (kind === 'put') {
          list.put(id, { id, name, rate })
          model.set(id, { id, name, rate })
        } else if (kind === 'delete') {
          list.delete(id)
          model.delete(id)
        } else list.body()
        assert.is(list.size, model.size)
      }
      assert.equal(list.rows(), [...model.values()])
      assert.is(list.body().toString(), expectedBody([...model.values()]))
    }),
    { numRuns: 200 },
  )
})

rowList('10,000 rows of which 1 % change rebuild to the JSON of the rows', () => {
  const list = new RowList<Row>('rows')
  const rows = Array.from({ length: 10_000 }, (_, at): Row => ({
    id: `row ${at}`,
    name: `n ${at}`,
    rate: at,
  }))
  for (const row of rows) list.put(row.id, row)
  list.body()
  const changes = fc.array(fc.tuple(fc.nat(9999), fc.nat(), fc.string()), { minLength: 100, maxLength: 100 })
  fc.assert(
    fc.property(changes, (changed) => {
      for (const [at, rate, name] of changed) {
        const row = { id: `row ${at}`, name, rate }
        rows[at] = row
        list.put(row.id, row)
      }
      assert.is(list.body().toString(), expectedBody(rows))
    }),
    { numRuns: 10 },
  )
})

rowList('an unchanged list is the same buffer with the same tag', () => {
  const list = new RowList<Row>('rows')
  list.put('a', { id: 'a', name: 'a', rate: 1 })
  const { etag } = list
  const body = list.body()
  list.delete('absent')
  assert.is(list.body(), body)
  assert.is(list.etag, etag)
})

rowList('every change gives another tag and another body', () => {
  const list = new RowList<Row>('rows')
  const seen = new Set<string>([list.etag])
  list.put('a', { id: 'a', name: 'a', rate: 1 })
  seen.add(list.etag)
  list.put('a', { id: 'a', name: 'a', rate: 2 })
  seen.add(list.etag)
  list.delete('a')
  seen.add(list.etag)
  assert.is(seen.size, 4)
  assert.is(list.body().toString(), expectedBody([]))
})

rowList('two lists never share a tag', () => {
  assert.is.not(new RowList<Row>('rows').etag, new RowList<Row>('rows').etag)
})

rowList('a tag is strong and quoted', () => {
  assert.match(new RowList<Row>('rows').etag, /^"[\w-]+"$/)
})

rowList.run()
