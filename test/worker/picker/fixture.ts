/** Peers of one torrent in this process: real engines on real sockets, their pieces in memory. */
import { randomBytes } from 'node:crypto'
import { createAddressPolicy } from '../../../src/protocol/address-policy.ts'
import { parseInfo } from '../../../src/protocol/torrent-info.ts'
import { bindFirstFree } from '../../../src/worker/session/bind.ts'
import type { EngineTorrent } from '../../../src/worker/session/engine/engine-torrent.ts'
import { Engine } from '../../../src/worker/session/engine/engine.ts'
import type { PickerHandle } from '../../../src/worker/session/engine/picker/picker-handle.ts'
import { PieceBits } from '../../../src/worker/session/piece-bits.ts'
import { EngineStore } from '../../../src/worker/session/storage/engine-store.ts'
import { MemoryBudget, MemoryPieceStore } from '../../../src/worker/session/storage/memory-piece-store.ts'
import { freePort } from '../../peers/tools.ts'
import type { MadeMetainfo } from '../../support/metainfo.ts'

const host = '127.0.0.1'

/** What a peer begins with. */
export interface PeerOptions {
  /** Pieces it has; none without it. */
  has?: (piece: number) => boolean
  /** URLs of web seeds. */
  webSeeds?: string[]
  /** Bytes per second. */
  uploadLimit?: number
  pex?: boolean
  /** Makes of a piece what the peer serves. */
  spoil?: (bytes: Buffer, piece: number) => void
}

/** A peer that is ready; whatever it lacks it downloads. */
export interface EnginePeer {
  readonly port: number
  readonly engine: Engine
  readonly torrent: EngineTorrent
  readonly picker: PickerHandle
  /** Pieces in the order in which they were verified. */
  readonly verified: number[]
  /** Bytes of blocks that came, those in vain included. */
  readonly received: number
  readonly done: Promise<void>
  dial(other: { port: number }): void
  content(): Promise<Buffer>
  close(): Promise<void>
}

/** Starts a peer of a made torrent. */
export async function startPeer(made: MadeMetainfo, options: PeerOptions = {}): Promise<EnginePeer> {
  const bound = await bindFirstFree([await freePort()], host, false)
  const engine = new Engine({
    ...bound,
    peerId: randomBytes(20).toString('hex'),
    userAgent: 'test',
    policy: createAddressPolicy(['127.0.0.0/8']),
    settings: {
      dht: false,
      lsd: false,
      pex: options.pex ?? false,
      upnp: false,
      nat_pmp: false,
      download_limit: 0,
      upload_limit: options.uploadLimit ?? 0,
      max_peers: 100,
      encryption: 'preferred',
    },
  })
  const info = parseInfo(made.rawInfo)
  const store = new MemoryPieceStore(info, new MemoryBudget(made.length * 2))
  const bits = new PieceBits(info)
  let lacking = made.pieceCount
  for (let piece = 0; piece < made.pieceCount; piece += 1) {
    if (options.has?.(piece) !== true) continue
    const bytes = Buffer.from(made.content.subarray(piece * made.pieceLength, (piece + 1) * made.pieceLength))
    options.spoil?.(bytes, piece)
    await store.write(piece, bytes)
    bits.set(piece)
    lacking -= 1
  }
  const verified: number[] = []
  let received = 0
  let closing: Promise<void> | undefined
  const ready = Promise.withResolvers<undefined>()
  const done = Promise.withResolvers<undefined>()
  const content = {
    info,
    rawInfo: made.rawInfo,
    bits: bits.copy(),
    store: new EngineStore(store),
    webSeeds: options.webSeeds ?? [],
  }
  const torrent = engine.open(made.infoHash, made.name, content, {
    onVerified: (piece) => {
      if (verified.push(piece) === lacking) done.resolve(undefined)
    },
    onMetadata: () => undefined,
    onReady: () => ready.resolve(undefined),
    onFailed: (error) => done.reject(error instanceof Error ? error : new Error('failed')),
    onDownloaded: (bytes) => (received += bytes),
    onUploaded: () => undefined,
  })
  await ready.promise
  if (!torrent.picker) throw new Error('no picker')
  return {
    port: bound.port,
    engine,
    torrent,
    picker: torrent.picker,
    verified,
    get received() {
      return received
    },
    done: done.promise,
    dial: ({ port }) => torrent.addPeer(`${host}:${port}`, 'manual'),
    content: async () => {
      const indices = Array.from({ length: made.pieceCount }, (_, index) => index)
      return Buffer.concat(
        await Promise.all(indices.map((index) => store.read(index, 0, store.pieceSize(index)))),
      )
    },
    close: () => (closing ??= engine.close()),
  }
}

/** A peer that has every piece, or those it is told, and asks for nothing. */
export async function startSeed(made: MadeMetainfo, options: PeerOptions = {}): Promise<EnginePeer> {
  const seed = await startPeer(made, { has: () => true, ...options })
  seed.picker.setPriority(new Uint8Array(made.pieceCount))
  return seed
}
