/** Whatever trackers answer, the announce fails or is taken within its bounds, and the download goes on. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import * as assert from 'uvu/assert'
import type { TrackerView } from '../../src/protocol/tracker.ts'
import { addTorrent } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'
import { answerCases, manyPeers, transportCases, type TrackerCase } from './http-tracker-cases.ts'
import { startDownload, type LiveDownload } from './live-download.ts'
import { serveRaw } from './raw-http.ts'
import { serveUdp, udpManyPeers, udpTrackerCases } from './udp-tracker-cases.ts'

const trackers = suite('test/hostile/trackers')
const settledWithinMs = 30_000
/** Cases between two looks at the download. */
const perLook = 5
const httpCases = [...transportCases, ...answerCases]
const mostPeersTaken = 200
let live: LiveDownload | undefined
const entry = new URL('./hurried-session.ts', import.meta.url)

/** A magnet link of nobody's torrent with this tracker alone; answers what is shown of the tracker. */
async function announce({ server, session }: LiveDownload, url: string): Promise<() => Promise<TrackerView>> {
  const infoHash = randomBytes(20).toString('hex')
  const magnet = `magnet:?xt=urn:btih:${infoHash}&tr=${encodeURIComponent(url)}`
  await addTorrent(server.rest, session, { magnet })
  return async () => {
    const { trackers: shown } = await server.rest.call('get_trackers', {
      session_id: session.id,
      info_hash: infoHash,
    })
    const [tracker] = shown
    assert.ok(tracker, 'a tracker')
    return tracker
  }
}

async function settled(look: () => Promise<TrackerView>, title: string): Promise<TrackerView> {
  return await eventually(settledWithinMs, title, async () => {
    const tracker = await look()
    return (tracker.state === 'failed' || tracker.state === 'working') && tracker
  })
}

/** What is wrong with what is shown of a tracker; nothing where it is as expected. */
function faultOf({ title, fails, holds }: Omit<TrackerCase, 'answer'>, tracker: TrackerView): string[] {
  const { state, message } = tracker
  const isExpected = fails
    ? state === 'failed' && fails.test(message.replace(/^127\.0\.0\.1:\d+: /, ''))
    : state === 'working' && holds?.(tracker) === true
  return isExpected ? [] : [`${title}: ${JSON.stringify(tracker)}`]
}

type Tracker = { readonly url: string; readonly sentBytes?: () => number } & AsyncDisposable

/** Announces to all that never end at once, to the others so many at a time; what is wrong of each. */
async function meetAll<Case extends Omit<TrackerCase, 'answer'>>(
  download: LiveDownload,
  cases: readonly Case[],
  serve: (one: Case) => Promise<Tracker>,
  atOnce: number,
): Promise<string[]> {
  const faults: string[] = []
  const meet = async (one: Case): Promise<void> => {
    await using tracker = await serve(one)
    const shown = await settled(await announce(download, tracker.url), one.title)
    faults.push(...faultOf(one, shown))
    const { sentBytes = () => 0 } = tracker
    if (sentBytes() > (one.mostSent ?? Infinity)) faults.push(`${one.title}: ${sentBytes()} bytes were sent`)
  }
  const slow = Promise.all(cases.filter(({ isSlow }) => isSlow).map(meet))
  const quick = cases.filter(({ isSlow }) => !isSlow)
  for (let met = 0; met < quick.length; met += perLook) {
    const next = quick.slice(met, met + perLook).values()
    const lane = async (): Promise<void> => {
      for (const one of next) await meet(one)
    }
    await Promise.all([download.goesOn(), ...Array.from({ length: atOnce }, lane)])
  }
  await slow
  await download.goesOn()
  return faults
}

trackers.before(async () => {
  live = await startDownload(100, {}, {}, entry)
})

trackers(`${httpCases.length} hostile answers over HTTP, ${udpTrackerCases.length} over UDP`, async () => {
  assert.ok(live)
  const faults = await Promise.all([
    meetAll(live, httpCases, async ({ answer }) => await serveRaw(answer), perLook),
    meetAll(live, udpTrackerCases, async ({ answer }) => await serveUdp(answer), 1),
  ])
  assert.equal(faults.flat(), [])
})

for (const [title, serve] of [
  ['20,000 peers', (port) => serveRaw((socket) => socket.end(manyPeers(20_000, port, true)))],
  ['20,000 dictionaries', (port) => serveRaw((socket) => socket.end(manyPeers(20_000, port, false)))],
  ['10,000 peers over UDP', (port) => serveUdp((question) => udpManyPeers(question, port))],
] as const satisfies [string, (port: number) => Promise<Tracker>][]) {
  trackers(`of ${title} no more than ${mostPeersTaken} are dialled`, async () => {
    assert.ok(live)
    const dialled = new Set<string | undefined>()
    const canary = createServer((socket) => {
      dialled.add(socket.localAddress)
      socket.on('error', () => undefined).destroy()
    }).listen(0, '0.0.0.0')
    await once(canary, 'listening')
    try {
      await using tracker = await serve((canary.address() as AddressInfo).port)
      const shown = await settled(await announce(live, tracker.url), title)
      assert.equal(faultOf({ title, holds: () => true }, shown), [])
      await eventually(settledWithinMs, 'dials', () => dialled.size > mostPeersTaken / 2)
      await live.goesOn()
      assert.ok(dialled.size <= mostPeersTaken, `${dialled.size}`)
    } finally {
      await once(canary.close(), 'close')
    }
  })
}

trackers('the download finishes in the generation that it began in', async () => {
  assert.ok(live)
  await using download = live
  await download.finishes()
})

trackers.run()
