/** WebTorrent in this process with one torrent, on loopback: what a benchmark puts its own parts into. */
import { randomBytes } from 'node:crypto'
import WebTorrent, { type Torrent, type Wire } from 'webtorrent'
import { parseInfo } from '../src/protocol/torrent-info.ts'
import { defaultTorrentOptions } from '../src/protocol/torrent-options.ts'
import { describe } from '../src/worker/session/engine/content.ts'
import { Exchange } from '../src/worker/session/engine/exchange.ts'
import { hardenWires } from '../src/worker/session/engine/harden/harden-wires.ts'
import { tellPieces } from '../src/worker/session/engine/harden/tell-pieces.ts'
import { SessionLimits } from '../src/worker/session/engine/limits/session-limits.ts'
import { joinSockets } from '../src/worker/session/engine/socket/join-socket.ts'
import { DiskPieceStore } from '../src/worker/session/storage/disk-piece-store.ts'
import { EngineStore } from '../src/worker/session/storage/engine-store.ts'
import { SessionDisk } from '../src/worker/session/storage/session-disk.ts'
import { layoutOf } from '../src/worker/session/torrent-store.ts'
import type { MadeMetainfo } from '../test/support/metainfo.ts'

export interface EngineClient {
  readonly torrent: Torrent
  readonly port: number
  /** Our store, where it is used. */
  readonly store: DiskPieceStore | undefined
  /** Trades with peers as a session does, and not in the engine's own ways; then wires of the whole process do. */
  trade(): void
  /** Closes connections and files. */
  close(): Promise<void>
}

export interface EngineClientOptions {
  readonly made: MadeMetainfo
  readonly root: string
  /** Our store, or the engine's own with its caches as it installs. */
  readonly storage: 'ours' | 'theirs'
  /** Whether everything is at `root` already; it is believed. */
  readonly complete: boolean
}

/** Resolves when the torrent is ready to exchange pieces; nothing is selected. */
export async function openEngineClient(options: EngineClientOptions): Promise<EngineClient> {
  const { made, root, storage, complete } = options
  const info = parseInfo(made.rawInfo)
  const disk = new SessionDisk()
  const store = new DiskPieceStore({ disk, root, layout: layoutOf(info), createRoot: true })
  const client = new WebTorrent({
    peerId: randomBytes(20).toString('hex'),
    torrentPort: 0,
    dht: false,
    lsd: false,
    tracker: false,
    natUpnp: false,
    natPmp: false,
    utp: false,
  })
  const bits = new Uint8Array(Math.ceil(info.pieceCount / 8))
  if (complete) for (let piece = 0; piece < info.pieceCount; piece += 1) setBit(bits, piece)
  const content = { info, rawInfo: made.rawInfo, bits, store: new EngineStore(store) }
  const own = { storeCacheSlots: 0, preloadedStore: content.store }
  const torrent = client.add(describe(made.infoHash, content), {
    deselect: true,
    bitfield: bits,
    ...(storage === 'ours' ? own : { path: root }),
  })
  torrent._verifyPieces = (callback) => callback(null)
  await new Promise<void>((resolve) => torrent.once('ready', resolve))
  const address = client._connPool?.tcpServer.address()
  return {
    torrent,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    store: storage === 'ours' ? store : undefined,
    trade: () => {
      hardenWires()
      joinSockets()
      const limits = new SessionLimits().open(defaultTorrentOptions)
      const exchange = new Exchange(torrent, limits, defaultTorrentOptions)
      torrent.on('wire', (wire: Wire) => {
        tellPieces(torrent, wire)
        exchange.join(wire)
      })
      exchange.ready({ store: storage === 'ours' ? content.store : lentByEngine(torrent) })
    },
    close: async () => {
      await new Promise<void>((resolve) => client.destroy(() => resolve()))
      await disk.close()
    },
  }
}

/** The torrent's store as the engine made it, with its caches. */
function lentByEngine(torrent: Torrent): Pick<EngineStore, 'lend'> {
  return {
    lend: (index, offset, length, borrow) => torrent.store?.get(index, { offset, length }, borrow),
  }
}

function setBit(bits: Uint8Array, piece: number): void {
  bits[piece >> 3] = (bits[piece >> 3] ?? 0) | (0x80 >> (piece & 7))
}
