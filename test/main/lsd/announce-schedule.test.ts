import * as assert from 'uvu/assert'
import { AnnounceSchedule, announceEveryMs, answerEveryMs } from '../../../src/main/lsd/announce-schedule.ts'
import type { LocalSession } from '../../../src/main/lsd/local-session.ts'
import { mostInfoHashes } from '../../../src/main/lsd/lsd-message.ts'
import { suite } from '../../support/suite.ts'

const test = suite('main/lsd/announce-schedule')
const startedAt = 1_700_000_000_000

interface Made extends LocalSession {
  readonly unwanted: Set<string>
  readonly torrents: string[]
}

function session(id: string, port: number, torrents: string[]): Made {
  const unwanted = new Set<string>()
  return {
    id,
    port,
    torrents,
    unwanted,
    wants: (infoHash) => torrents.includes(infoHash) && !unwanted.has(infoHash),
    infoHashes: () => torrents,
    addPeers: () => undefined,
  }
}

function hashes(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, at) => String(from + at).padStart(40, '0'))
}

/** Every datagram that is due, as port and number of info hashes. */
function due(schedule: AnnounceSchedule, sessions: LocalSession[], now: number): [number, number][] {
  schedule.look(sessions, now)
  const found: [number, number][] = []
  for (let batch = schedule.next(sessions, now); batch; batch = schedule.next(sessions, now)) {
    found.push([batch.port, batch.infoHashes.length])
  }
  return found
}

test('each torrent is announced at once and then every five minutes', () => {
  const schedule = new AnnounceSchedule()
  const sessions = [session('s', 1, hashes(3))]
  assert.equal(due(schedule, sessions, startedAt), [[1, 3]])
  assert.equal(due(schedule, sessions, startedAt + announceEveryMs - 1), [])
  assert.equal(due(schedule, sessions, startedAt + announceEveryMs), [[1, 3]])
})

test('a new torrent does not wait for the others', () => {
  const schedule = new AnnounceSchedule()
  const one = session('s', 1, hashes(3))
  assert.equal(due(schedule, [one], startedAt), [[1, 3]])
  one.torrents.push(...hashes(1, 50))
  assert.equal(due(schedule, [one], startedAt + 1000), [[1, 1]])
})

test('one datagram holds torrents of one session, and sessions take turns', () => {
  const sessions = [session('s', 1, hashes(2 * mostInfoHashes + 1)), session('t', 2, hashes(2))]
  assert.equal(due(new AnnounceSchedule(), sessions, startedAt), [
    [1, mostInfoHashes],
    [2, 2],
    [1, mostInfoHashes],
    [1, 1],
  ])
})

test('a torrent that is not wanted is not announced, also when it was due already', () => {
  const schedule = new AnnounceSchedule()
  const [first = '', second = ''] = hashes(2)
  const one = session('s', 1, [first, second])
  one.unwanted.add(first)
  schedule.look([one], startedAt)
  one.unwanted.add(second)
  assert.is(schedule.next([one], startedAt), undefined)
})

test('torrents of a session that has ended are not announced', () => {
  const schedule = new AnnounceSchedule()
  schedule.look([session('s', 1, hashes(3))], startedAt)
  assert.is(schedule.next([], startedAt), undefined)
})

test('an announce of others is answered at most once a minute', () => {
  const schedule = new AnnounceSchedule()
  const one = session('s', 1, hashes(3))
  const [first = ''] = one.torrents
  const answered = (now: number) => {
    schedule.answer(one, first, now)
    return schedule.next([one], now)?.infoHashes
  }
  due(schedule, [one], startedAt)
  assert.is(answered(startedAt + answerEveryMs - 1), undefined)
  assert.equal(answered(startedAt + answerEveryMs), [first])
  assert.is(answered(startedAt + answerEveryMs + 1), undefined)
  // the answer counts as its announce
  assert.equal(due(schedule, [one], startedAt + announceEveryMs), [[1, 2]])
})

test('an announce of a torrent that is not ours is not answered', () => {
  const schedule = new AnnounceSchedule()
  const one = session('s', 1, hashes(3))
  schedule.answer(one, 'f'.repeat(40), startedAt)
  assert.is(schedule.next([one], startedAt), undefined)
})

test('many torrents are looked at in parts, and none is left out', () => {
  const schedule = new AnnounceSchedule()
  const torrents = hashes(5000)
  const known = new Set(torrents)
  const one: LocalSession = { ...session('s', 1, torrents), wants: (infoHash) => known.has(infoHash) }
  const announced: string[] = []
  let turns = 0
  for (; announced.length < torrents.length && turns < 1000; turns++) {
    schedule.look([one], startedAt)
    announced.push(...(schedule.next([one], startedAt)?.infoHashes ?? []))
  }
  assert.equal(announced.sort(), torrents)
  assert.is(turns, Math.ceil(torrents.length / mostInfoHashes))
})

test.run()
