/** Real libtorrent clients on 127.0.0.1: seeds that wait for a session, and leeches that dial one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startLibtorrent } from '../peers/libtorrent.ts'
import type { DialingPeer } from '../peers/peer.ts'
import { makeMetainfo, writeFiles, type MadeMetainfo, type MetainfoOptions } from './metainfo.ts'
import { temporaryFolder } from './suite.ts'

const checkedWithinMs = 20_000
const downloadedWithinMs = 20_000

/** A client with a torrent that waits. */
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

/** A real libtorrent client that has nothing of a torrent yet. */
export interface Leech extends AsyncDisposable {
  /** Where its files arrive. */
  readonly folder: string
  /** Has it dial a session and resolves when it has everything. */
  download(port: number): Promise<void>
}

/** Starts a leech of the torrent. */
export async function startLeech({ bytes }: Pick<MadeMetainfo, 'bytes'>): Promise<Leech> {
  const folder = temporaryFolder()
  const peer = await startWith(bytes, folder, async () => await Promise.resolve())
  return {
    folder,
    download: async (port) => {
      await peer.connect('127.0.0.1', port)
      await peer.complete(downloadedWithinMs)
    },
    [Symbol.asyncDispose]: () => peer.stop(),
  }
}

async function seedFiles(
  made: MadeMetainfo,
  files: MadeMetainfo['files'],
  ready: (peer: DialingPeer) => Promise<void>,
): Promise<Seed> {
  const folder = temporaryFolder()
  writeFiles(folder, { files })
  const peer = await startWith(made.bytes, folder, ready)
  return {
    made,
    port: peer.port,
    magnet: `magnet:?xt=urn:btih:${made.infoHash}&x.pe=127.0.0.1:${peer.port}`,
    dial: (port) => peer.connect('127.0.0.1', port),
    output: () => peer.output(),
    [Symbol.asyncDispose]: () => peer.stop(),
  }
}

/** A client with the torrent over a folder; it is stopped where it cannot be made ready. */
async function startWith(
  bytes: Uint8Array,
  folder: string,
  ready: (peer: DialingPeer) => Promise<void>,
): Promise<DialingPeer> {
  const torrent = join(temporaryFolder(), 'made.torrent')
  writeFileSync(torrent, bytes)
  const peer = await startLibtorrent()
  try {
    await peer.add({ torrent }, folder)
    await ready(peer)
    return peer
  } catch (error) {
    await peer.stop()
    throw error
  }
}
