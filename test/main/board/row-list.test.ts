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

function bodyOf(list: RowList<Row>): string {
  return Buffer.concat(list.parts()).toString()
}

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
        } else list.parts()
        assert.is(list.size, model.size)
      }
      assert.equal(list.rows(), [...model.values()])
      assert.is(bodyOf(list), expectedBody([...model.values()]))
    }),
    { numRuns: 200 },
  )
})

rowList('10,000 rows of which 1 % change rebuild to the JSON of the rows', () => {
  const list = new RowList<Row>('rows')
  const rows = Array.from({ length: 10_000 }, (_, at): Row => ({
    id: `row ${at}`,
    name: `${at} `.repeat(30),
    rate: at,
  }))
  for (const row of rows) list.put(row.id, row)
  assert.ok(list.parts().length > 2)
  const changes = fc.array(fc.tuple(fc.nat(9999), fc.nat(), fc.string()), { minLength: 100, maxLength: 100 })
  fc.assert(
    fc.property(changes, (changed) => {
      for (const [at, rate, name] of changed) {
        const row = { id: `row ${at}`, name, rate }
        rows[at] = row
        list.put(row.id, row)
      }
      assert.is(bodyOf(list), expectedBody(rows))
    }),
    { numRuns: 10 },
  )
})

rowList('a long list is that of its rows wherever they change, and what was read of it before stays', () => {
  const step = fc.record({
    from: fc.integer({ min: 0, max: 1400 }),
    rows: fc.integer({ min: 1, max: 600 }),
    rate: fc.nat(),
    kind: fc.constantFrom('put', 'delete', 'delete', 'read'),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 20 }), (steps) => {
      const list = new RowList<Row>('rows')
      const model = new Map<string, Row>()
      const read: [readonly Buffer[], string][] = []
      const put = (at: number, rate: number): void => {
        const row = { id: `row ${at}`, name: `n ${at}`, rate }
        list.put(row.id, row)
        model.set(row.id, row)
      }
      for (let at = 0; at < 1000; at += 1) put(at, 0)
      for (const { from, rows, rate, kind } of steps) {
        if (kind === 'read') read.push([list.parts(), expectedBody([...model.values()])])
        for (let at = from; at < from + rows && kind !== 'read'; at += 1) {
          if (kind === 'put') put(at, rate)
          else if (model.delete(`row ${at}`)) list.delete(`row ${at}`)
        }
      }
      read.push([list.parts(), expectedBody([...model.values()])])
      for (const [parts, text] of read) assert.is(Buffer.concat(parts).toString(), text)
      assert.is(list.json(), JSON.stringify([...model.values()]))
      const even = [...model.values()].filter(({ rate }) => rate % 2 === 0)
      const { parts, rows } = list.part((key) => (model.get(key)?.rate ?? 1) % 2 === 0)
      assert.equal(rows(), even)
      assert.is(Buffer.concat(parts()).toString(), expectedBody(even))
    }),
    { numRuns: 25 },
  )
})

rowList('an unchanged list is the same buffers with the same tag', () => {
  const list = new RowList<Row>('rows')
  list.put('a', { id: 'a', name: 'a', rate: 1 })
  const { etag } = list
  const body = list.parts()
  list.delete('absent')
  assert.is(list.parts(), body)
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
  assert.is(bodyOf(list), expectedBody([]))
})

rowList('two lists never share a tag', () => {
  assert.is.not(new RowList<Row>('rows').etag, new RowList<Row>('rows').etag)
})

rowList('a tag is strong and quoted', () => {
  assert.match(new RowList<Row>('rows').etag, /^"[\w-]+"$/)
})

rowList.run()
