/** Sessions that download from libtorrent, or are downloaded from, through relays, which count what passes. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { SessionView } from '../../src/protocol/session.ts'
import { startLibtorrent } from '../peers/libtorrent.ts'
import type { Face, Parameters } from './faces.ts'
import { makeMetainfo, writeFiles } from './metainfo.ts'
import { startRelay, type Relay } from './relay.ts'
import { startSeed } from './seeds.ts'
import { addTorrent, openSession, whenState } from './sessions.ts'
import { eventually, temporaryFolder } from './suite.ts'

const moveWithinMs = 20_000

/** A transfer; the relay has received what the one that uploads sent. */
export interface GovernedDownload {
  readonly session: SessionView
  readonly infoHash: string
  readonly relay: Relay
}

/** A session with one download that moves. */
export async function startDownload(
  things: AsyncDisposableStack,
  rest: Face,
  name: string,
  content: number,
  parameters: Parameters = {},
): Promise<GovernedDownload> {
  const seed = things.use(await startSeed({ name, seed: name, content, pieceLength: 128 * 1024 }))
  const relay = things.use(await startRelay(seed.port))
  const session = await openSession(rest, { lsd: 0, ...parameters })
  const { infoHash, bytes } = seed.made
  await addTorrent(rest, session, { file: bytes, save_path: name })
  await whenState(rest, session, infoHash, 'downloading')
  const address = `127.0.0.1:${relay.port}`
  await rest.call('add_peer', { session_id: session.id, info_hash: infoHash, address })
  await eventually(moveWithinMs, `${name} moves`, () => relay.received > 32 * 1024)
  return { session, infoHash, relay }
}

/** A session with one seed that a libtorrent leech downloads from. */
export async function startUpload(
  things: AsyncDisposableStack,
  rest: Face,
  rootDir: string,
  name: string,
  content: number,
): Promise<GovernedDownload> {
  const made = makeMetainfo({ name, seed: name, content, pieceLength: 128 * 1024 })
  writeFiles(join(rootDir, name), made)
  const session = await openSession(rest, { lsd: 0 })
  const { infoHash, bytes } = made
  await addTorrent(rest, session, { file: bytes, save_path: name })
  await whenState(rest, session, infoHash, 'seeding')
  const relay = things.use(await startRelay(session.port))
  const leech = await startLibtorrent()
  things.defer(() => leech.stop())
  const folder = temporaryFolder()
  const torrent = join(folder, 'made.torrent')
  writeFileSync(torrent, bytes)
  await leech.add({ torrent }, folder)
  await leech.connect('127.0.0.1', relay.port)
  await eventually(moveWithinMs, `${name} moves`, () => relay.received > 32 * 1024)
  return { session, infoHash, relay }
}

/** What passed each second of a window, for each download; the window is what is measured. */
export async function ratesOf(downloads: readonly GovernedDownload[], windowMs: number): Promise<number[]> {
  const before = downloads.map(({ relay }) => relay.received)
  const startedAt = performance.now()
  await setTimeout(windowMs)
  const passed = performance.now() - startedAt
  return downloads.map(({ relay }, at) => ((relay.received - (before[at] ?? 0)) / passed) * 1000)
}
