import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { LiveState } from '../../../src/client/live-state.ts'
import { Board } from '../../../src/main/board/board.ts'
import { LiveBoard, type Interest } from '../../../src/main/live/live-board.ts'
import { sessionFields, torrentFields, type LiveUpdate } from '../../../src/protocol/live.ts'
import { torrentStates, type TorrentRow } from '../../../src/protocol/torrent.ts'
import { viewNamed } from './session-view.ts'
import { suite } from '../../support/suite.ts'

const live = suite('src/main/live/live-board')

const everything: Interest = {
  topic: 'all',
  sessionId: undefined,
  torrentFields: new Set(torrentFields),
  sessionFields: new Set(sessionFields),
  covers: () => true,
}

function row(infoHash: string, variant = 0): TorrentRow {
  return {
    info_hash: infoHash,
    name: `torrent ${infoHash}`,
    state: torrentStates[variant % torrentStates.length] ?? 'stopped',
    progress: variant / 100,
    download_rate: variant,
    upload_rate: 0,
    num_peers: variant % 3,
    num_seeds: 0,
    total_size: 1,
    downloaded: variant,
    uploaded: 0,
    ratio: 0,
    eta_ms: variant % 4 === 0 ? null : variant,
    added_at: 0,
    finished_at: null,
    queue_position: 0,
    save_path: '',
    labels: variant % 2 === 0 ? [] : ['odd'],
    metadata: {},
    ...(variant % 5 === 0 ? { error: { code: 'disk_full', message: `${variant}` } } : {}),
  }
}

/** What a fresh list shows, in its order. */
function lists(board: Board, covers: (id: string) => boolean = () => true) {
  const sessions = board.sessions.rows().filter(({ id }) => covers(id))
  const torrents = sessions.map(({ id }) => [id, board.session(id)?.torrents.rows() ?? []] as const)
  return { sessions, torrents: torrents.filter(([, rows]) => rows.length > 0) }
}

function shown(state: LiveState) {
  const torrents = [...state.torrents].map(([id, rows]) => [id, [...rows.values()]] as const)
  const order = [...state.sessions.keys()]
  torrents.sort(([one], [other]) => order.indexOf(one) - order.indexOf(other))
  return { sessions: [...state.sessions.values()], torrents: torrents.filter(([, rows]) => rows.length > 0) }
}

const ids = ['a', 'b', 'c']
const step = fc.oneof(
  fc.record({
    kind: fc.constantFrom('session', 'torrent', 'torrent', 'torrent', 'remove', 'close'),
    id: fc.constantFrom(...ids),
    torrent: fc.constantFrom('1', '2', '3', '4'),
    variant: fc.nat(20),
  }),
  fc.record({ kind: fc.constant('read'), reader: fc.nat(2) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function take(board: Board, one: Step): void {
  if (!('id' in one)) return
  const { kind, id, torrent, variant } = one
  if (kind === 'session') {
    if (!board.session(id)) board.open(id)
    board.sessions.put(id, viewNamed(id, variant))
  } else if (kind === 'torrent')
    (board.session(id) ?? board.open(id)).torrents.put(torrent, row(torrent, variant))
  else if (kind === 'remove') board.session(id)?.torrents.delete(torrent)
  else board.close(id)
}

live('whoever applies what changed always ends with what a fresh list shows', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const board = new Board()
      const liveBoard = new LiveBoard(board)
      const readers = [0, 1, 2].map(() => new LiveState())
      const covered: Interest[] = [everything, everything, { ...everything, covers: (id) => id !== 'b' }]
      const read = (reader: number): void => {
        const [state, interest] = [readers[reader], covered[reader]]
        if (!state || !interest) return
        const { json, revision } = liveBoard.textSince(interest, state.revision)
        assert.ok(state.apply(JSON.parse(json) as LiveUpdate))
        assert.is(state.revision, revision)
        assert.equal(
          shown(state),
          JSON.parse(JSON.stringify(lists(board, (id) => interest.covers(id, null)))),
        )
      }
      for (const one of steps) {
        if ('reader' in one) read(one.reader)
        else take(board, one)
      }
      for (const reader of readers.keys()) read(reader)
    }),
    { numRuns: 300 },
  )
})

live('a session that is followed alone begins anew when it was made anew', () => {
  const board = new Board()
  const liveBoard = new LiveBoard(board)
  const interest: Interest = { ...everything, topic: 'torrents', sessionId: 'a' }
  const state = new LiveState()
  board.open('a').torrents.put('1', row('1'))
  state.apply(liveBoard.snapshot(interest))
  board.sessions.put('a', viewNamed('a'))
  board.close('a')
  board.open('a').torrents.put('2', row('2'))
  const update = liveBoard.since(interest, liveBoard.numberOf(state.revision ?? '') ?? 0)
  assert.ok(update && state.apply(update))
  assert.equal([...(state.torrents.get('a')?.keys() ?? [])], ['2'])
})

live('only chosen fields that changed are told, and nothing where none did', () => {
  const board = new Board()
  const liveBoard = new LiveBoard(board)
  const interest: Interest = {
    ...everything,
    topic: 'torrents',
    sessionId: 'a',
    torrentFields: new Set(['state']),
  }
  const { torrents } = board.open('a')
  torrents.put('1', row('1', 1))
  const from = liveBoard.revision
  torrents.put('1', { ...row('1', 1), download_rate: 7 })
  assert.is(liveBoard.since(interest, from), undefined)
  torrents.put('1', { ...row('1', 1), download_rate: 7, state: 'seeding' })
  const update = liveBoard.since(interest, from)
  assert.equal(update?.torrents, [
    { session_id: 'a', added: [], changed: [{ info_hash: '1', state: 'seeding' }], removed: [] },
  ])
})

live('more removals than are remembered lead to a snapshot', () => {
  const board = new Board()
  const liveBoard = new LiveBoard(board)
  const interest: Interest = { ...everything, topic: 'torrents', sessionId: 'a' }
  const { torrents } = board.open('a')
  for (let at = 0; at < 2500; at += 1) torrents.put(String(at), row(String(at)))
  const state = new LiveState()
  state.apply(liveBoard.snapshot(interest))
  const from = liveBoard.revision
  for (let at = 0; at < 2400; at += 1) torrents.delete(String(at))
  const update = liveBoard.since(interest, from)
  assert.is(update?.from, undefined)
  assert.ok(update && state.apply(update))
  assert.is(state.torrents.get('a')?.size, 100)
})

live('a revision of another process, or none, is not known', () => {
  const board = new LiveBoard(new Board())
  for (const text of ['', 'abc-1', `${board.textOf(0)}x`, board.textOf(99), '-', 'a-b-c'])
    assert.is(board.numberOf(text), undefined, text)
  assert.is(board.numberOf(board.textOf(0)), 0)
})

live.run()
