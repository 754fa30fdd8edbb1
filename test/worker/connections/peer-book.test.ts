import * as assert from 'uvu/assert'
import { PeerBook } from '../../../src/worker/session/engine/connections/peer-book.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/connections/peer-book')
const address = '192.0.2.1:6881'
const minute = 60_000

test('an address is dialled once, however often it is named', () => {
  const book = new PeerBook()
  assert.ok(book.add(address, 'tracker'))
  assert.not(book.add(address, 'dht'))
  assert.is(book.next(0)?.address, address)
  assert.is(book.next(0), undefined)
  book.met(address, 0)
  assert.not(book.add(address, 'ut_pex'))
  assert.is(book.next(10 * minute), undefined)
})

test('what passes between two attempts grows, and then the address is forgotten', () => {
  const book = new PeerBook()
  book.add(address, 'tracker')
  const waits: number[] = []
  let now = 0
  for (let attempt = 0; attempt < 7; attempt += 1) {
    const failedAt = now
    while (book.next(now) === undefined) now += 100
    if (attempt > 0) waits.push(now - failedAt)
    book.ended(address, now)
  }
  assert.equal(waits, [1000, 5000, 15_000, minute, 4 * minute, 16 * minute])
  assert.is(book.size, 0)
  assert.is(book.next(Infinity), undefined)
  assert.ok(book.add(address, 'tracker'))
})

test('a connection that lasted is no failure, one that is closed at once is', () => {
  const book = new PeerBook()
  book.add(address, 'tracker')
  const meetFor = (ms: number, from: number): number => {
    assert.is(book.next(from)?.address, address)
    book.met(address, from)
    book.ended(address, from + ms)
    return from + ms
  }
  let now = meetFor(10, 0)
  now = meetFor(10, now + 1000)
  assert.is(book.next(now + 1000), undefined)
  now = meetFor(minute, now + 5000)
  assert.is(book.next(now + 1000)?.address, address)
})

test('a peer that exchanged payload is dialled again soon, however often its connection ends', () => {
  const book = new PeerBook()
  book.add(address, 'tracker')
  for (let now = 0; now < 10_000; now += 1000) {
    assert.is(book.next(now)?.address, address)
    book.met(address, now)
    book.served(address)
    book.ended(address, now)
    assert.is(book.next(now + 999), undefined)
  }
})

test('an address that was left for another connection with its peer is dialled soon after the end of that', () => {
  const book = new PeerBook()
  book.add(address, 'tracker')
  book.next(0)
  book.needless(address, 0)
  book.recallOne(address, minute)
  assert.is(book.next(minute + 999), undefined)
  assert.is(book.next(minute + 1000)?.address, address)
  book.spare(address, 0)
  book.recallOne(address, minute)
  assert.is(book.next(2 * minute), undefined)
})

test('an address that leads nowhere is left alone, whoever names it', () => {
  const book = new PeerBook()
  book.add(address, 'tracker')
  book.next(0)
  book.needless(address, 0)
  book.ended(address, 0)
  assert.not(book.add(address, 'ut_pex'))
  assert.is(book.next(20 * minute), undefined)
  assert.is(book.next(40 * minute)?.address, address)
})

test('3,000 addresses are kept, 500 by LSD, and those that fail make room', () => {
  const book = new PeerBook()
  const name = (count: number, source: 'lsd' | 'ut_pex', host: number): void => {
    for (let i = 0; i < count; i += 1) book.add(`192.0.2.${host}:${i + 1}`, source)
  }
  name(20_000, 'lsd', 1)
  assert.is(book.size, 500)
  name(20_000, 'ut_pex', 2)
  assert.is(book.size, 3000)
  const failing = book.next(0)?.address ?? ''
  assert.not(book.add(address, 'tracker'))
  book.ended(failing, 0)
  assert.ok(book.add('192.0.2.9:1', 'tracker'))
  assert.is(book.size, 3000)
  assert.not(book.add(failing, 'lsd'))
})

test('an address that is barred waits until it is let in, and makes room for others', () => {
  const book = new PeerBook()
  book.add(address, 'tracker')
  book.next(0)
  book.bar(address)
  book.ended(address, 0)
  assert.not(book.add(address, 'ut_pex'))
  book.recall(minute)
  book.recallOne(address, minute)
  book.admit(() => false, minute)
  assert.is(book.next(1e9), undefined)
  book.admit((one) => one === address, minute)
  assert.is(book.next(minute)?.address, address)
  book.bar(address)
  for (let i = 1; i <= 3000; i += 1) assert.ok(book.add(`192.0.2.2:${i}`, 'tracker'))
  assert.is(book.size, 3000)
  book.admit(() => true, minute)
  const next = Array.from({ length: 3000 }, () => book.next(minute)?.address)
  assert.not(next.includes(address))
})

test('whom a source named is forgotten, and nobody is taken from it any more', () => {
  const book = new PeerBook()
  book.add(address, 'dht')
  book.add('192.0.2.2:1', 'tracker')
  book.refuse(['dht'])
  assert.not(book.add('192.0.2.3:1', 'dht'))
  assert.is(book.next(0)?.address, '192.0.2.2:1')
  assert.is(book.next(0), undefined)
})

test.run()
