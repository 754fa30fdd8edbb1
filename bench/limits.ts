/**
 * How exactly rate limits hold: a session's and a torrent's, in both directions, in windows of 10 s, with
 * real libtorrent peers behind relays that count what passes. Prints one JSON line for each limit and rate:
 * by how many percent each window was off. `node bench/limits.ts [windows] [bytes/s…]`
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startLibtorrent } from '../test/peers/libtorrent.ts'
import type { DialingPeer } from '../test/peers/peer.ts'
import type { SessionView } from '../src/protocol/session.ts'
import { restFace, type Face, type Parameters } from '../test/support/faces.ts'
import { makeMetainfo, writeFiles, type MadeMetainfo } from '../test/support/metainfo.ts'
import { startRelay, type Relay } from '../test/support/relay.ts'
import { startProcess } from '../test/support/server-process.ts'
import { addTorrent, openSession, whenState } from '../test/support/sessions.ts'
import { eventually } from '../test/support/suite.ts'
import { report } from './report.ts'

const windowMs = 10_000
const waitMs = 60_000
/** What moves before the first window, and a reserve. */
const besideMs = 6000
const pieceLength = 128 * 1024

type Direction = 'download' | 'upload'
type Scope = 'session' | 'torrent'

const [windows = '2', ...given] = process.argv.slice(2)
const rates = given.length > 0 ? given.map(Number) : [100_000, 1_000_000, 5_000_000]
const folder = mkdtempSync(join(tmpdir(), 'resttorrent-bench-'))
let made = 0

try {
  for (const rate of rates)
    for (const scope of ['session', 'torrent'] as const)
      for (const direction of ['download', 'upload'] as const) await measure(scope, direction, rate)
} finally {
  rmSync(folder, { recursive: true })
}

async function measure(scope: Scope, direction: Direction, rate: number): Promise<void> {
  await using things = new AsyncDisposableStack()
  const root = mkdtempSync(join(folder, 'root-'))
  const flags = ['--port', '0', '--root-dir', root, '--data-dir', mkdtempSync(join(folder, 'data-'))]
  const server = things.use(startProcess([...flags, '--allow-private', 'loopback']))
  const rest = restFace(await server.listening())
  const limit = { [`${direction}_limit`]: rate }
  const session = await openSession(rest, { lsd: 0, ...(scope === 'session' && limit) })
  // the torrents of a session share its limit
  const count = scope === 'session' ? 2 : 1
  const length = Math.ceil((rate * (windowMs * Number(windows) + besideMs)) / 1000)
  const relays: Relay[] = []
  for (let at = 0; at < count; at += 1) {
    made += 1
    const content = makeMetainfo({ name: `content-${made}`, seed: `${made}`, content: length, pieceLength })
    const open = direction === 'download' ? openDownload : openUpload
    const near = { things, rest, session, root, options: scope === 'torrent' ? limit : {} }
    relays.push(await open(near, content))
  }
  const passed = (): number => relays.reduce((sum, { received }) => sum + received, 0)
  await eventually(waitMs, 'all move', () => relays.every(({ received }) => received > 32 * 1024))
  await setTimeout(1000)
  const errors: number[] = []
  for (let window = 0; window < Number(windows); window += 1) {
    const [before, startedAt] = [passed(), performance.now()]
    await setTimeout(windowMs)
    const measured = ((passed() - before) / (performance.now() - startedAt)) * 1000
    errors.push(Math.round((measured / rate - 1) * 10_000) / 100)
  }
  report('limits', `${scope}_${direction}`, { rate, windowMs, torrents: count, errorPercent: errors })
}

interface Near {
  readonly things: AsyncDisposableStack
  readonly rest: Face
  readonly session: SessionView
  readonly root: string
  /** Of the torrent. */
  readonly options: Parameters
}

/** A torrent that the session downloads from a libtorrent seed, through a relay. */
async function openDownload(near: Near, content: MadeMetainfo): Promise<Relay> {
  const { things, rest, session, options } = near
  const peer = await startPeer(near, content, true)
  const relay = things.use(await startRelay(peer.port))
  await addTorrent(rest, session, { file: content.bytes, ...options })
  await whenState(rest, session, content.infoHash, 'downloading')
  const address = `127.0.0.1:${relay.port}`
  await rest.call('add_peer', { session_id: session.id, info_hash: content.infoHash, address })
  return relay
}

/** A torrent that the session seeds to a libtorrent leech, through a relay. */
async function openUpload(near: Near, content: MadeMetainfo): Promise<Relay> {
  const { things, rest, session, root, options } = near
  writeFiles(join(root, 'here'), content)
  await addTorrent(rest, session, { file: content.bytes, ...options })
  await whenState(rest, session, content.infoHash, 'seeding')
  const peer = await startPeer(near, content, false)
  const relay = things.use(await startRelay(session.port))
  await peer.connect('127.0.0.1', relay.port)
  return relay
}

async function startPeer({ things }: Near, content: MadeMetainfo, isSeed: boolean): Promise<DialingPeer> {
  const own = mkdtempSync(join(folder, 'peer-'))
  const torrent = join(own, 'content.torrent')
  writeFileSync(torrent, content.bytes)
  if (isSeed) writeFiles(own, content)
  const peer = things.adopt(await startLibtorrent({ encryption: 'disabled' }), (one) => one.stop())
  await peer.add({ torrent }, own)
  if (isSeed) await peer.complete(waitMs)
  return peer
}
