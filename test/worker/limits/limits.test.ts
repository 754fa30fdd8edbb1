/**
 * Limits as bytes of payload over a window, between real engines. Everything is measured in the same five
 * seconds; how near a limit it comes is for the benchmark to say: a thread that was late makes up for it, and a
 * machine that is busy moves less.
 */
import * as assert from 'uvu/assert'
import { defaultTorrentOptions } from '../../../src/protocol/torrent-options.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { eventually, suite } from '../../support/suite.ts'
import { serveFiles } from '../../support/web-server.ts'
import { startEngine, startPeer, startSeed, type EnginePeer } from '../picker/fixture.ts'

const limits = suite('src/worker/session/engine/limits')
const kib = 1024
const mib = 1024 * kib
const blockLength = 16 * kib
const windowMs = 5000
/** Of what is wanted. */
const [least, most] = [0.5, 1.3]
const sharing = 4

/** Bytes for each second of the window, by a count that grows. */
async function rateOf(count: () => number): Promise<number> {
  const [before, startedAt] = [count(), performance.now()]
  await new Promise((resolve) => setTimeout(resolve, windowMs)) // the window is what is measured
  return ((count() - before) / (performance.now() - startedAt)) * 1000
}

/** A count is whole blocks, so one of them may fall to either side of the window. */
function assertRate(what: string, rate: number, wanted: number): void {
  const slack = (blockLength / windowMs) * 1000
  const isNear = rate >= wanted * least - slack && rate <= wanted * most + slack
  assert.ok(isNear, `${what}: ${Math.round(rate)} bytes/s for ${wanted}`)
}

const contentOf = (name: string, content: number) =>
  makeMetainfo({ name, seed: name, content, pieceLength: 256 * kib })

/** A seed and a leech of content that is enough for every window. */
async function pair(name: string, content: number): Promise<{ seed: EnginePeer; leech: EnginePeer }> {
  const made = contentOf(name, content)
  const [seed, leech] = await Promise.all([startSeed(made), startPeer(made)])
  return { seed, leech }
}

limits(
  'a limit holds in both directions, for a session, a torrent and a web seed, from the moment it is set',
  async () => {
    await using stack = new AsyncDisposableStack()
    const made = async (name: string) => {
      const both = await pair(name, 48 * mib)
      stack.defer(() => Promise.all([both.seed.close(), both.leech.close()]).then(() => undefined))
      return both
    }
    const [down, up, torrent, low] = [
      await made('down'),
      await made('up'),
      await made('torrent'),
      await made('low'),
    ]
    const all = [down, up, torrent, low]
    const web = contentOf('web', 12 * mib)
    const server = stack.use(await serveFiles(web.files))
    const limited = await startEngine({ download_limit: mib })
    stack.defer(() => limited.close())
    const fetching = await startPeer(web, { webSeeds: [`${server.url}/web`] }, limited)
    for (const { seed, leech } of all) leech.dial(seed)
    await eventually(20_000, 'all move', () => all.every(({ leech }) => leech.received >= mib))
    down.leech.running.configure({ download_limit: mib })
    up.seed.running.configure({ upload_limit: mib })
    torrent.leech.torrent.configure({ ...defaultTorrentOptions, download_limit: 300 * kib })
    low.leech.running.configure({ download_limit: 20 * kib })
    const rates = await Promise.all([
      rateOf(() => down.leech.received),
      rateOf(() => up.seed.sent),
      rateOf(() => torrent.leech.received),
      rateOf(() => low.leech.received),
      rateOf(() => fetching.received),
    ])
    const wanted = [mib, mib, 300 * kib, 20 * kib, mib]
    rates.forEach((rate, at) => assertRate(`case ${at}`, rate, wanted[at] ?? 0))
  },
)

limits('torrents share the limit of their session alike, but for those with a lower one', async () => {
  await using stack = new AsyncDisposableStack()
  const running = await startEngine({ download_limit: mib, upload_limit: mib })
  stack.defer(() => running.close())
  const low = 64 * kib
  const peers: { down: EnginePeer; up: EnginePeer }[] = []
  const dials: (() => void)[] = []
  for (let at = 0; at < sharing; at += 1) {
    const torrent = at === 0 ? { download_limit: low, upload_limit: low } : {}
    const [incoming, outgoing] = [contentOf(`in ${at}`, 12 * mib), contentOf(`out ${at}`, 12 * mib)]
    const down = await startPeer(incoming, { torrent }, running)
    const up = await startSeed(outgoing, { torrent }, running)
    const seed = await startSeed(incoming)
    const leech = await startPeer(outgoing)
    stack.defer(() => Promise.all([seed.close(), leech.close()]).then(() => undefined))
    peers.push({ down, up })
    dials.push(
      () => down.dial(seed),
      () => leech.dial(up),
    )
  }
  for (const dial of dials) dial()
  await eventually(20_000, 'all move', () => peers.every(({ down, up }) => down.received > 0 && up.sent > 0))
  const rates = await Promise.all(
    peers.flatMap(({ down, up }) => [rateOf(() => down.received), rateOf(() => up.sent)]),
  )
  const share = (mib - low) / (sharing - 1)
  rates.forEach((rate, at) => assertRate(`rate ${at}`, rate, at < 2 ? low : share))
})

limits('a limit that is taken away is gone at once', async () => {
  const { seed, leech } = await pair('freed', 4 * mib)
  leech.dial(seed)
  leech.running.configure({ download_limit: 20 * kib })
  seed.running.configure({ upload_limit: 20 * kib })
  await eventually(20_000, 'a block', () => leech.received > 0)
  leech.running.configure({ download_limit: 0 })
  seed.running.configure({ upload_limit: 0 })
  await leech.done
  await Promise.all([seed.close(), leech.close()])
})

limits.run()
