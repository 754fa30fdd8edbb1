/** A real libtorrent client that has a whole torrent and waits on 127.0.0.1. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startLibtorrent } from '../peers/libtorrent.ts'
import type { DialingPeer } from '../peers/peer.ts'
import { makeMetainfo, writeFiles, type MadeMetainfo, type MetainfoOptions } from './metainfo.ts'
import { temporaryFolder } from './suite.ts'

const checkedWithinMs = 20_000

export interface Seed extends AsyncDisposable {
  readonly made: MadeMetainfo
  readonly port: number
  /** Names this seed as a peer (`x.pe`). */
  readonly magnet: string
  /** Has it dial a session. */
  dial(port: number): Promise<void>
  /** What libtorrent said last. */
  output(): string
}

/** Makes a torrent and a seed of it. */
export async function startSeed(options: MetainfoOptions = {}): Promise<Seed> {
  const made = makeMetainfo(options)
  return await seedFiles(made, made.files, (peer) => peer.complete(checkedWithinMs))
}

/** A seed of nothing but the pieces that are whole in `content`. */
export async function startPartialSeed(made: MadeMetainfo, content: Buffer): Promise<Seed> {
  const files = made.files.map(({ path }) => ({ path, content }))
  return await seedFiles(made, files, async () => await Promise.resolve())
}

async function seedFiles(
  made: MadeMetainfo,
  files: MadeMetainfo['files'],
  ready: (peer: DialingPeer) => Promise<void>,
): Promise<Seed> {
  const folder = temporaryFolder()
  writeFiles(folder, { files })
  const torrent = join(temporaryFolder(), 'made.torrent')
  writeFileSync(torrent, made.bytes)
  const peer = await startLibtorrent()
  try {
    await peer.add({ torrent }, folder)
    await ready(peer)
  } catch (error) {
    await peer.stop()
    throw error
  }
  return {
    made,
    port: peer.port,
    magnet: `magnet:?xt=urn:btih:${made.infoHash}&x.pe=127.0.0.1:${peer.port}`,
    dial: (port) => peer.connect('127.0.0.1', port),
    output: () => peer.output(),
    [Symbol.asyncDispose]: () => peer.stop(),
  }
}
