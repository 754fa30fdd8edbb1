import { setImmediate } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { LiveState } from '../../../src/client/live-state.ts'
import { Board } from '../../../src/main/board/board.ts'
import { Feeds, type Sink, type Wish } from '../../../src/main/live/feeds.ts'
import { LiveBoard, type UpdateText } from '../../../src/main/live/live-board.ts'
import { wishOf } from '../../../src/main/live/wish.ts'
import { liveCommands, type LiveUpdate } from '../../../src/protocol/live.ts'
import { anybody } from '../../support/access.ts'
import { eventually, suite, within } from '../../support/suite.ts'
import { viewNamed } from './session-view.ts'

const feeds = suite('src/main/live/feeds')

const opened: Feeds<TestSink>[] = []

feeds.after.each(() => {
  for (const one of opened.splice(0)) one.close()
})

interface TestSink extends Sink {
  isReady: boolean
  readonly got: LiveUpdate[]
}

function follower(): TestSink {
  return { isReady: true, got: [] }
}

function fixture() {
  const board = new Board()
  let changes = 0
  const send = (sinks: readonly TestSink[], { json }: UpdateText): void => {
    const update = updateOf({ json })
    for (const { got } of sinks) got.push(update)
  }
  const all = new Feeds<TestSink>(new LiveBoard(board), { send }, () => (changes += 1))
  opened.push(all)
  return { board, all, changes: () => changes }
}

const updateOf = ({ json }: Pick<UpdateText, 'json'>): LiveUpdate => JSON.parse(json) as LiveUpdate

function wish(parameters: object = {}): Wish {
  const asked = liveCommands.subscribe.input.parse({ topic: 'sessions', ...parameters })
  return { ...wishOf(asked, anybody.access, () => true), intervalMs: 10 }
}

feeds('one update, made once, goes to all that follow the same', async () => {
  const { board, all } = fixture()
  const [one, two, other] = [follower(), follower(), follower()]
  all.follow(one, wish(), undefined)
  all.follow(two, wish(), undefined)
  all.follow(other, wish({ fields: ['name'] }), undefined)
  board.sessions.put('a', viewNamed('a'))
  await eventually(5000, 'the update', () => one.got.length > 0 && other.got.length > 0)
  assert.is(one.got[0], two.got[0])
  assert.equal(other.got[0]?.sessions?.added, [{ id: 'a', name: 'session a' }])
})

feeds('one that is not ready gets nothing, then the latest in one update that follows on', async () => {
  const { board, all } = fixture()
  const [slow, quick] = [follower(), follower()]
  const state = new LiveState()
  state.apply(updateOf(all.follow(slow, wish(), undefined).first))
  all.follow(quick, wish(), undefined)
  slow.isReady = false
  for (let variant = 0; variant < 3; variant += 1) {
    board.sessions.put('a', viewNamed('a', variant))
    await eventually(5000, 'the quick one hears', () => quick.got.length > variant)
  }
  assert.equal(slow.got, [])
  slow.isReady = true
  await eventually(5000, 'the slow one hears', () => slow.got.length > 0)
  assert.is(slow.got.length, 1)
  assert.ok(slow.got.every((update) => state.apply(update)))
  assert.equal(state.sessions.get('a'), viewNamed('a', 2))
})

feeds('the first change is told soon, the next when the interval is over', async () => {
  const { board, all } = fixture()
  const [rare, quick] = [follower(), follower()]
  all.follow(rare, { ...wish(), name: 'rare', intervalMs: 3_600_000 }, undefined)
  all.follow(quick, wish(), undefined)
  board.sessions.put('a', viewNamed('a'))
  await eventually(5000, 'both hear of the first', () => rare.got.length > 0 && quick.got.length > 0)
  board.sessions.put('a', viewNamed('a', 2))
  await eventually(5000, 'the quick one hears of the second', () => quick.got.length > 1)
  assert.is(rare.got.length, 1)
})

feeds('changes that never cease are told all the same, however rarely that may be', async () => {
  const { board, all } = fixture()
  const rare = follower()
  all.follow(rare, { ...wish(), intervalMs: 3_600_000 }, undefined)
  let [variant, isOver] = [0, false]
  const changing = async (): Promise<void> => {
    while (rare.got.length === 0 && !isOver) {
      board.sessions.put('a', viewNamed('a', (variant += 1)))
      await setImmediate()
    }
  }
  await within(10_000, 'the first is told', changing()).finally(() => (isOver = true))
  assert.equal(rare.got[0]?.sessions?.added, [viewNamed('a', variant)])
})

feeds('many that follow the same are told some at a time, and each hears of all', async () => {
  const { board, all, changes } = fixture()
  const leaves: (() => void)[] = []
  const many = Array.from({ length: 40 }, () => {
    const [sink, state] = [follower(), new LiveState()]
    const { first, leave } = all.follow(sink, wish(), undefined)
    state.apply(updateOf(first))
    leaves.push(leave)
    return { sink, state }
  })
  const last = 5
  for (let variant = 0; variant <= last; variant += 1) {
    board.sessions.put('a', viewNamed('a', variant))
    await eventually(5000, 'somebody hears of it', () => many.some(({ sink }) => sink.got.length > variant))
  }
  const told = ({ sink, state }: (typeof many)[number]): boolean =>
    sink.got.splice(0).every((update) => state.apply(update))
  await eventually(5000, 'all know the last', () => {
    assert.ok(many.every(told), 'an update follows on the one before')
    return many.every(({ state }) => state.sessions.get('a')?.num_peers === last)
  })
  for (const { state } of many) assert.equal(state.sessions.get('a'), viewNamed('a', last))
  for (const leave of leaves) leave()
  assert.equal([changes(), all.follows('a')], [2, false])
})

feeds('changes of fields that nobody chose are not sent and break no sequence', async () => {
  const { board, all } = fixture()
  board.sessions.put('a', viewNamed('a'))
  const [names, everything] = [follower(), follower()]
  const state = new LiveState()
  state.apply(updateOf(all.follow(names, wish({ fields: 'name' }), undefined).first))
  all.follow(everything, wish(), undefined)
  board.sessions.put('a', viewNamed('a', 2))
  await eventually(5000, 'the other hears', () => everything.got.length > 0)
  board.sessions.put('a', { ...viewNamed('a', 2), name: 'renamed' })
  await eventually(5000, 'the name', () => names.got.length > 0)
  assert.is(names.got.length, 1)
  assert.ok(names.got.every((update) => state.apply(update)))
  assert.equal(state.sessions.get('a'), { id: 'a', name: 'renamed' })
})

feeds('the first and the last of a group are told of, and what is followed', () => {
  const { all, changes } = fixture()
  const inOne = wish({ topic: 'torrents', session_id: 'a'.repeat(40) })
  const first = all.follow(follower(), inOne, undefined)
  const second = all.follow(follower(), inOne, undefined)
  assert.equal([changes(), all.follows('a'.repeat(40)), all.follows('b'.repeat(40))], [1, true, false])
  first.leave()
  first.leave()
  assert.is(changes(), 1)
  second.leave()
  assert.equal([changes(), all.follows('a'.repeat(40))], [2, false])
})

feeds.run()
