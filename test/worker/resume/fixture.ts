/** A torrent's real files with what resume needs of a session: its disk, and hashing that is counted. */
import { noCounters } from '../../../src/protocol/counters.ts'
import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { ResumeState, TorrentCheckpoint } from '../../../src/protocol/records.ts'
import { toWireError } from '../../../src/protocol/errors.ts'
import type { HashRequest } from '../../../src/protocol/session-rpc.ts'
import { parseInfo, type TorrentInfo } from '../../../src/protocol/torrent-info.ts'
import { CheckPlaces } from '../../../src/worker/session/check-places.ts'
import { HashClient } from '../../../src/worker/session/hash-client.ts'
import { PieceBits } from '../../../src/worker/session/piece-bits.ts'
import { Checkpointer } from '../../../src/worker/session/resume/checkpointer.ts'
import { proveResume, type ResumeProof } from '../../../src/worker/session/resume/prove-resume.ts'
import { DiskPieceStore } from '../../../src/worker/session/storage/disk-piece-store.ts'
import { SessionDisk } from '../../../src/worker/session/storage/session-disk.ts'
import { layoutOf } from '../../../src/worker/session/torrent-store.ts'
import { hashRange } from '../../../src/worker/tasks/hash-range.ts'
import { makeMetainfo, type MadeMetainfo, type MetainfoOptions } from '../../support/metainfo.ts'
import { temporaryFolder } from '../../support/suite.ts'

export class ResumeFixture {
  readonly made: MadeMetainfo
  readonly info: TorrentInfo
  readonly root: string
  readonly disk = new SessionDisk()
  /** Requests for hashing so far. */
  readonly hashed: HashRequest[] = []
  /** Checkpoints told so far. */
  readonly told: TorrentCheckpoint[] = []
  readonly hashes: HashClient
  readonly checks = new CheckPlaces(0)

  constructor(options: MetainfoOptions, root = join(realpathSync(temporaryFolder()), 'files')) {
    this.made = makeMetainfo(options)
    this.info = parseInfo(this.made.rawInfo)
    this.root = root
    mkdirSync(root, { recursive: true })
    this.hashes = new HashClient((event) => {
      if (event.type !== 'hash_request') return
      this.hashed.push(event.request)
      setImmediate(() => this.hashes.answered(event.requestId, answerOf(event.request)))
    })
  }

  /** Pieces that the hash requests took in. */
  get hashedPieces(): number {
    return this.hashed.reduce((sum, { expected }) => sum + expected.length / 20, 0)
  }

  get last(): TorrentCheckpoint {
    const checkpoint = this.told.at(-1)
    if (checkpoint === undefined) throw new Error('nothing was told')
    return checkpoint
  }

  /** A store over the files, and its checkpointer over `bits`, of which main has `told` already. */
  open(
    bits = new PieceBits(this.info),
    proof?: ResumeProof,
    told?: TorrentCheckpoint,
  ): { store: DiskPieceStore; checkpointer: Checkpointer } {
    const { disk, root, info } = this
    const store = new DiskPieceStore({ disk, root, layout: layoutOf(info), createRoot: true })
    const checkpointer = new Checkpointer({
      info,
      bits,
      store,
      identities: proof?.identities ?? new Map(),
      told,
      counters: () => ({ ...noCounters, downloaded: bits.bytes }),
      post: (checkpoint) => this.told.push(checkpoint),
    })
    return { store, checkpointer }
  }

  /** The bytes of a piece as they should be. */
  piece(index: number): Buffer {
    const { content, pieceLength } = this.made
    return content.subarray(index * pieceLength, (index + 1) * pieceLength)
  }

  /** Writes pieces, and claims them. */
  async write(store: DiskPieceStore, bits: PieceBits, pieces: Iterable<number>): Promise<void> {
    for (const piece of pieces) {
      await store.write(piece, this.piece(piece))
      bits.set(piece)
    }
  }

  /** A run that writes these pieces and ends in order; gives its last checkpoint. */
  async download(pieces: Iterable<number>): Promise<TorrentCheckpoint> {
    const bits = new PieceBits(this.info)
    const { store, checkpointer } = this.open(bits)
    await this.write(store, bits, pieces)
    await store.close()
    await checkpointer.run(true)
    return this.last
  }

  /** Proves a checkpoint as a start does. */
  async prove(resume: ResumeState, signal = new AbortController().signal): Promise<ResumeProof> {
    const { disk, root: saveFolder, info, hashes, checks } = this
    return await proveResume({
      disk,
      saveFolder,
      info,
      hashes,
      checks,
      signal,
      resume,
      onProgress: () => undefined,
      random: () => 0,
    })
  }
}

/** The pieces of a proof. */
export function piecesOf({ bits }: Pick<ResumeProof, 'bits'>, info: TorrentInfo): number[] {
  return Array.from({ length: info.pieceCount }, (_, index) => index).filter((index) => bits.has(index))
}

function answerOf(request: HashRequest): { matches: Uint8Array } | { error: ReturnType<typeof toWireError> } {
  try {
    return { matches: hashRange(request) }
  } catch (error) {
    return { error: toWireError(error) }
  }
}
