import * as assert from 'uvu/assert'
import type { TorrentRecord } from '../../../src/protocol/records.ts'
import { parseInfo } from '../../../src/protocol/torrent-info.ts'
import { ActivationLane } from '../../../src/worker/session/activation-lane.ts'
import { EngineStore } from '../../../src/worker/session/storage/engine-store.ts'
import { MemoryBudget, MemoryPieceStore } from '../../../src/worker/session/storage/memory-piece-store.ts'
import { TorrentMeeting } from '../../../src/worker/session/torrent-meeting.ts'
import { TorrentMeter } from '../../../src/worker/session/torrent-meter.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { RecordingHttpTracker } from '../../support/recording-tracker.ts'
import { eventually } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'
import { startEngine } from '../picker/fixture.ts'
import { client, trackerSuite } from '../trackers/fixture.ts'
import { ManualClock } from '../trackers/manual-clock.ts'

const test = trackerSuite('src/worker/session: announces of dormant torrents')
const count = 500
const intervalMs = 1_800_000
const waitMs = 30_000
const made = makeMetainfo({ content: 50_000 })
const info = parseInfo(made.rawInfo)

test('five hundred dormant torrents announce when their time has come, and none is opened', async () => {
  await using things = new AsyncDisposableStack()
  const host = things.adopt(await startEngine(), (one) => one.close())
  const tracker = await RecordingHttpTracker.start()
  tracker.answer = () => ({
    interval: intervalMs / 1000,
    complete: 1,
    incomplete: 0,
    downloaded: 1,
    peers: '',
  })
  const clock = new ManualClock()
  const swarm = { engine: host.engine, trackers: client({ clock }) }
  const told: string[] = []
  const lane = new ActivationLane()
  const store = new EngineStore(new MemoryPieceStore(info, new MemoryBudget(made.length)))
  const lent = { info, rawInfo: made.rawInfo, bits: Uint8Array.of(0xf0), store }
  const content = { info, bytes: info.length, isWhole: true, lend: () => lent, rest: () => Promise.resolve() }
  const begin = async (record: TorrentRecord): Promise<TorrentMeeting> =>
    await TorrentMeeting.begin({
      record: () => record,
      content: () => content,
      near: { swarm: () => Promise.resolve(swarm), lane, post: ({ type }) => told.push(type) },
      signal: new AbortController().signal,
      events: {
        onVerified: () => undefined,
        onMetadata: () => undefined,
        onReady: () => told.push('ready'),
        onFailed: (error) => {
          throw error
        },
      },
      meter: new TorrentMeter(record.counters, () => undefined),
      onRest: () => undefined,
    })
  const source = {
    rawInfo: made.rawInfo,
    name: made.name,
    trackers: [[tracker.url]],
    webSeeds: [],
    peers: [],
  }
  const hashes = Array.from({ length: count }, (_, at) => at.toString(16).padStart(40, '0'))
  const meetings = await Promise.all(
    hashes.map((infoHash) => begin(torrentRecord({ infoHash, source, addedAt: 1 }))),
  )
  things.defer(async () => {
    await Promise.all(meetings.map((one) => one.close()))
  })
  const announced = async (times: number): Promise<void> => {
    await eventually(waitMs, `all announced ${times} times`, () => tracker.announces.length >= times * count)
    await eventually(waitMs, 'all answers came', () =>
      meetings.every((one) => one.trackers()[0]?.next_announce_at === clock.now() + intervalMs),
    )
    assert.is(tracker.announces.length, times * count)
  }
  await announced(1)
  clock.advance(intervalMs - 1)
  assert.is(tracker.announces.length, count, 'nobody is early')
  clock.advance(1)
  await announced(2)
  assert.is(new Set(tracker.announces.map(({ parameters }) => parameters.get('info_hash'))).size, count)
  assert.ok(tracker.announces.every(({ parameters }) => parameters.get('left') === '0'))
  assert.ok(meetings.every((one) => one.isDormant))
  assert.equal([...new Set(told)], ['ready'])
})

test.run()
