/**
 * Whatever web seeds answer, they are given up, left alone or waited for, their torrent gets everything from
 * a good peer, and another download beside it goes on.
 */
import * as assert from 'uvu/assert'
import type { WebSeedView } from '../../src/protocol/web-seed.ts'
import { makeMetainfo, type MadeMetainfo } from '../support/metainfo.ts'
import { addTorrent, whenState } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'
import { GoodPeer, startDownload, type LiveDownload } from './live-download.ts'
import { serveRaw, type RawHttp } from './raw-http.ts'
import { webSeedCases, type WebSeedCase } from './web-seed-cases.ts'

const webSeeds = suite('test/hostile/web-seeds')
const settledWithinMs = 20_000
const atOnce = 4
/** Cases between two looks at the download. */
const perLook = 8
const block = 16 * 1024

/** The torrent's one file, of which the first request is for a part only. */
function make(seed: string): MadeMetainfo {
  return makeMetainfo({ content: 24 * block, pieceLength: block, name: 'lone.bin', seed })
}

async function serve({ answer }: WebSeedCase, { content }: MadeMetainfo): Promise<RawHttp> {
  return await serveRaw((socket, path, server, headers) => {
    const [, start = '0', last = '0'] = /\nrange: bytes=(\d+)-(\d+)\r/i.exec(headers) ?? []
    answer({ path: path.slice(1), start: Number(start), end: Number(last) + 1, content, socket, server })
  })
}

/** What is wrong of one; nothing where all is as expected. */
async function meet({ server, session }: LiveDownload, one: WebSeedCase): Promise<string[]> {
  const plain = make(one.title)
  await using http = await serve(one, plain)
  const made = makeMetainfo({ ...plain, content: plain.content, webSeeds: [http.url] })
  const faults: string[] = []
  await addTorrent(server.rest, session, { file: made.bytes, save_path: one.title.replaceAll('/', ' ') })
  const view = async (): Promise<WebSeedView | undefined> => {
    const names = { session_id: session.id, info_hash: made.infoHash }
    return (await server.rest.call('get_web_seeds', names)).web_seeds[0]
  }
  const reached = await eventually(settledWithinMs, one.title, async () => {
    const seed = await view()
    return seed && seed.state !== 'idle' && (seed.state !== 'active' || one.becomes === 'active') && seed
  })
  if (reached.state !== one.becomes || !one.message.test(reached.message))
    faults.push(`${one.title}: ${JSON.stringify(reached)}`)
  if (http.sentBytes() > (one.mostSent ?? Infinity))
    faults.push(`${one.title}: ${http.sentBytes()} were sent`)
  const good = await GoodPeer.join(session.port, made)
  try {
    good.allow(Infinity)
    await whenState(server.rest, session, made.infoHash, 'seeding')
  } finally {
    good.peer.destroy()
  }
  return faults
}

webSeeds(`${webSeedCases.length} hostile answers of web seeds harm no download`, async () => {
  await using download = await startDownload(100)
  const faults: string[] = []
  for (let met = 0; met < webSeedCases.length; met += perLook) {
    const next = webSeedCases.slice(met, met + perLook).values()
    const lane = async (): Promise<void> => {
      for (const one of next) faults.push(...(await meet(download, one)))
    }
    await Promise.all([download.goesOn(), ...Array.from({ length: atOnce }, lane)])
  }
  assert.equal(faults, [])
  await download.finishes()
})

webSeeds.run()
