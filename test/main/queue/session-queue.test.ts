import * as assert from 'uvu/assert'
import { SessionBoard } from '../../../src/main/board/session-board.ts'
import { SessionRecords } from '../../../src/main/records/session-records.ts'
import { SessionQueue } from '../../../src/main/supervisor/queue/session-queue.ts'
import type { SessionSettings } from '../../../src/protocol/session.ts'
import { eventually, suite } from '../../support/suite.ts'
import { sessionRecord, sessionSettings } from '../../support/session-record.ts'
import { torrentRecord } from '../../support/torrent-record.ts'

const queue = suite('src/main/supervisor/queue/session-queue')

/** A session in memory, how its queue adds torrents, and how often all were given their places. */
function session(settings: Partial<SessionSettings> = {}) {
  const records = new SessionRecords(sessionRecord({ settings: { ...sessionSettings, ...settings } }))
  let placings = 0
  class CountingBoard extends SessionBoard {
    override place(order: Iterable<string>): void {
      placings += 1
      super.place(order)
    }
  }
  const board = new CountingBoard()
  const applied: string[] = []
  const decides = new SessionQueue({ records, board, apply: ({ infoHash }) => applied.push(infoHash) })
  decides.decide()
  return {
    placings: () => placings,
    add: async (rank: number): Promise<boolean | undefined> => {
      const record = torrentRecord({ infoHash: String(rank).padStart(40, '0'), addedAt: rank })
      await records.add(record)
      board.expect(record)
      return decides.admit(record)?.queued
    },
    order: () =>
      [...records.torrents.keys()]
        .map((infoHash) => [board.torrents.get(infoHash)?.queue_position, Number(infoHash)])
        .sort(([one = 0], [other = 0]) => one - other)
        .map(([, rank]) => rank),
    close: () => decides.close(),
  }
}

queue('what is added behind all others where any number may run costs these nothing', async () => {
  const { add, placings, order, close } = session()
  const before = placings()
  for (let rank = 1; rank <= 50; rank += 1) await add(rank)
  assert.is(placings(), before)
  assert.equal(
    order(),
    Array.from({ length: 50 }, (_, index) => index + 1),
  )
  close()
})

queue('what is added late gets its place among those that were added after it', async () => {
  const { add, order, close } = session()
  for (const rank of [1, 3, 2, 5, 4, 6]) await add(rank)
  await eventually(10_000, 'the order', () => JSON.stringify(order()) === '[1,2,3,4,5,6]')
  close()
})

queue('where only some may run, what is added waits until it is decided on', async () => {
  const { add, close } = session({ max_active_downloads: 1 })
  assert.is(await add(1), false)
  assert.is(await add(2), true)
  close()
})

queue.run()
