/** Peers of one torrent in this process: real engines on real sockets, their pieces in memory. */
import { randomBytes } from 'node:crypto'
import { createAddressPolicy } from '../../../src/protocol/address-policy.ts'
import type { SessionSettings } from '../../../src/protocol/session.ts'
import { parseInfo } from '../../../src/protocol/torrent-info.ts'
import { defaultTorrentOptions, type TorrentOptions } from '../../../src/protocol/torrent-options.ts'
import { bindFirstFree } from '../../../src/worker/session/bind.ts'
import type { EngineTorrent } from '../../../src/worker/session/engine/engine-torrent.ts'
import type { TorrentEvents } from '../../../src/worker/session/engine/torrent-events.ts'
import { Engine } from '../../../src/worker/session/engine/engine.ts'
import type { PickerHandle } from '../../../src/worker/session/engine/picker/picker-handle.ts'
import { PieceBits } from '../../../src/worker/session/piece-bits.ts'
import { EngineStore } from '../../../src/worker/session/storage/engine-store.ts'
import { MemoryBudget, MemoryPieceStore } from '../../../src/worker/session/storage/memory-piece-store.ts'
import { readPiece } from '../../../src/worker/session/storage/piece-store.ts'
import { freePort } from '../../support/ports.ts'
import type { MadeMetainfo } from '../../support/metainfo.ts'
import { sessionSettings } from '../../support/session-record.ts'

const host = '127.0.0.1'

/** What a peer begins with. */
export interface PeerOptions {
  /** Pieces it has; none without it. */
  has?: (piece: number) => boolean
  /** URLs of web seeds. */
  webSeeds?: string[]
  /** Bytes per second. */
  uploadLimit?: number
  /** Options of the torrent that are not the defaults. */
  torrent?: Partial<TorrentOptions>
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
  /** Bytes of blocks that were sent. */
  readonly sent: number
  readonly running: EngineHost
  readonly done: Promise<void>
  dial(other: { port: number }): void
  content(): Promise<Buffer>
  close(): Promise<void>
}

/** An engine on a port of its own, which may have several torrents. */
export interface EngineHost {
  readonly engine: Engine
  readonly port: number
  /** Changes settings while everything runs. */
  configure(changes: Partial<SessionSettings>): void
  close(): Promise<void>
}

/** Starts an engine without limits, which listens at one address unless told otherwise. */
export async function startEngine(
  changes: Partial<SessionSettings> = {},
  listenHost: string = host,
): Promise<EngineHost> {
  const bound = await bindFirstFree([await freePort()], listenHost, false)
  let settings: SessionSettings = {
    ...sessionSettings,
    pex: false,
    ...changes,
  }
  const policy = createAddressPolicy(['127.0.0.0/8'])
  const peerId = randomBytes(20).toString('hex')
  const engine = new Engine({ ...bound, peerId, userAgent: 'test', policy, settings })
  let closing: Promise<void> | undefined
  return {
    engine,
    port: bound.port,
    configure: (more) => {
      settings = { ...settings, ...more }
      engine.configure(settings)
    },
    close: () => (closing ??= engine.close()),
  }
}

/** Starts a peer of a made torrent, in an engine of its own or in one that runs. */
export async function startPeer(
  made: MadeMetainfo,
  options: PeerOptions = {},
  within?: EngineHost,
): Promise<EnginePeer> {
  const running =
    within ?? (await startEngine({ upload_limit: options.uploadLimit ?? 0, pex: options.pex ?? false }))
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
  let sent = 0
  const ready = Promise.withResolvers<undefined>()
  const done = Promise.withResolvers<undefined>()
  const content = {
    info,
    rawInfo: made.rawInfo,
    bits: bits.copy(),
    store: new EngineStore(store),
  }
  const told: TorrentEvents = {
    onVerified: (piece) => {
      if (verified.push(piece) === lacking) done.resolve(undefined)
    },
    onMetadata: () => undefined,
    onReady: () => ready.resolve(undefined),
    onFailed: (error) => done.reject(error instanceof Error ? error : new Error('failed')),
    onDownloaded: (bytes) => (received += bytes),
    onUploaded: (bytes) => (sent += bytes),
  }
  const chosen = { ...defaultTorrentOptions, ...options.torrent }
  const torrent = running.engine.open(made.infoHash, made.name, content, told, chosen)
  torrent.changeWebSeeds(options.webSeeds ?? [])
  await ready.promise
  if (!torrent.picker) throw new Error('no picker')
  return {
    port: running.port,
    engine: running.engine,
    torrent,
    running,
    picker: torrent.picker,
    verified,
    get received() {
      return received
    },
    get sent() {
      return sent
    },
    done: done.promise,
    dial: ({ port }) => torrent.addPeer(`${host}:${port}`, 'manual'),
    content: async () => {
      const indices = Array.from({ length: made.pieceCount }, (_, index) => index)
      return Buffer.concat(
        await Promise.all(indices.map((index) => readPiece(store, index, 0, store.pieceSize(index)))),
      )
    },
    close: () => running.close(),
  }
}

/** A peer that has every piece, or those it is told, and asks for nothing. */
export async function startSeed(
  made: MadeMetainfo,
  options: PeerOptions = {},
  within?: EngineHost,
): Promise<EnginePeer> {
  const seed = await startPeer(made, { has: () => true, ...options }, within)
  seed.picker.setPriority(new Uint8Array(made.pieceCount))
  return seed
}
