import * as assert from 'uvu/assert'
import { caseWith } from '../../interop/require.ts'
import { startOpentracker } from '../../peers/opentracker.ts'
import { eventually } from '../../support/suite.ts'
import { client, Subject, trackerSuite } from './fixture.ts'

const test = trackerSuite('worker/session/trackers with opentracker')
const check = (title: string, run: () => Promise<void>): void => caseWith(test, title, ['opentracker'], run)

for (const kind of ['httpUrl', 'udpUrl'] as const) {
  check(`${kind}: a leecher and a seed find each other, are counted and leave`, async () => {
    const leecher = new Subject()
    const tracker = await startOpentracker([leecher.infoHash])
    const tiers = [[tracker[kind]]]
    const one = client({ port: 7001 })
    const two = client({ port: 7002, peerId: new Uint8Array(20).fill(65) })
    try {
      const first = one.add(Object.assign(leecher, { tiers }))
      await eventually(
        10_000,
        'the leecher is counted',
        async () => (await tracker.peers(leecher.infoHash)) === 1,
      )
      const seed = Object.assign(new Subject(), { tiers, infoHash: leecher.infoHash })
      seed.numbers = { uploaded: 0, downloaded: 0, left: 0, numPeers: 0, complete: true }
      const second = two.add(seed)
      const status = await eventually(10_000, 'a scrape', () =>
        second.status().find(({ downloads }) => downloads !== null),
      )
      assert.equal([status.state, status.seeds, status.peers, status.downloads], ['working', 1, 1, 0])
      assert.ok(seed.peers.some(({ host, port }) => host === '127.0.0.1' && port === 7001))

      leecher.numbers = { uploaded: 0, downloaded: 1000, left: 0, numPeers: 1, complete: true }
      await eventually(10_000, 'its answer', () => first.status()[0]?.state === 'working')
      first.completed()
      const third = client({ port: 7003, peerId: new Uint8Array(20).fill(66) })
      const scraped = await eventually(10_000, 'the download is counted', async () => {
        const handle = third.add(Object.assign(new Subject(), { tiers, infoHash: leecher.infoHash }))
        const seen = await eventually(10_000, 'a scrape', () =>
          handle.status().find(({ downloads }) => downloads !== null),
        )
        await handle.stop()
        return seen.downloads === 1 ? seen : undefined
      })
      assert.is(scraped.seeds, 2)
      await third.close()
      await Promise.all([first.stop(), second.stop()])
      assert.is(await tracker.peers(leecher.infoHash), 0)
    } finally {
      await Promise.all([one.close(), two.close()])
      await tracker.stop()
    }
  })
}

check('a torrent that the tracker does not serve is a failure over HTTP', async () => {
  const tracker = await startOpentracker([])
  const trackers = client()
  const handle = trackers.add(new Subject([tracker.httpUrl]))
  const failed = await eventually(10_000, 'failed', () =>
    handle.status().find(({ state }) => state === 'failed'),
  )
  assert.ok(failed.message.length > 0)
  await trackers.close()
  await tracker.stop()
})

test.run()
