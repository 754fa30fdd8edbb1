/** Copies the pieces of a torrent to another place, while more of them may arrive, in turn with other work on disks. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { hasBit } from '../../protocol/progress.ts'
import {
  claimedBits,
  type FileIdentity,
  type TorrentCheckpoint,
  type TorrentRecord,
} from '../../protocol/records.ts'
import type { FilePlace } from '../../protocol/tasks.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import type { HashDesk } from './hash-desk.ts'

/** Bytes that are copied by one task; a cancel is obeyed between two. */
const bytesPerTask = 32 * 1024 * 1024
/** Rounds in which what was fetched meanwhile is copied too, before peers have to wait for the rest. */
const mostRounds = 5

export interface PieceCopyOptions {
  readonly tasks: Pick<TaskPool, 'copyPieces' | 'identifyPlace'>
  readonly hashDesk: Pick<HashDesk, 'inTurn'>
  readonly sessionId: string
  readonly place: FilePlace
  /** The torrent as it is; throws `torrent_not_found` where it was removed. */
  readonly now: () => TorrentRecord
  readonly signal: AbortSignal
  /** 0…1 of the pieces that were there at the beginning. */
  readonly progress: (share: number) => void
}

export class PieceCopies {
  readonly #options: PieceCopyOptions
  /** What was copied, hashed and synced, a bit for each piece. */
  #copied: Uint8Array = new Uint8Array()
  /** Files that hold some of it, by index, as they were synced last. */
  readonly #files = new Map<number, FileIdentity>()

  constructor(options: PieceCopyOptions) {
    this.#options = options
  }

  /**
   * Copies again and again what is there and not copied, until little is left. Rejects with
   * `torrent_not_found`, with `torrent_not_running` where nobody knows which pieces are there, with `files_changed` or another disk code.
   */
  async most(): Promise<void> {
    const { progress, now } = this.#options
    for (let round = 0; round < mostRounds; round += 1) {
      const bytes = await this.#copy(now(), round === 0 ? progress : () => undefined)
      if (bytes <= bytesPerTask) return
    }
  }

  /** Copies what is left; gives what is known of the files then. Rejects as `most`. */
  async rest(): Promise<Pick<TorrentRecord, 'bits' | 'resume'>> {
    const { tasks, place, now } = this.#options
    const record = now()
    await this.#copy(record, () => undefined)
    const { source, counters } = record
    const found = await tasks.identifyPlace(source.rawInfo ?? new Uint8Array(), place)
    const there = new Set(found.map(({ index }) => index))
    if ([...this.#files.keys()].some((index) => !there.has(index)))
      throw new RestTorrentError('files_changed', 'a file that was copied is gone')
    const files = found.map((file) => this.#files.get(file.index) ?? file)
    const checkpoint: TorrentCheckpoint = { bits: this.#copied, files, openForWriting: [], counters }
    return { bits: undefined, resume: { checkpoint, clean: true } }
  }

  /** Gives the bytes of the pieces that were copied. */
  async #copy(record: TorrentRecord, progress: (share: number) => void): Promise<number> {
    const { tasks, hashDesk, sessionId, place: to, now, signal } = this.#options
    const claimed = claimedBits(record)
    const { infoHash, source, facts, saveFolder, renamed } = record
    if (claimed === undefined || facts === undefined || source.rawInfo === undefined)
      throw new RestTorrentError(
        'torrent_not_running',
        `torrent ${infoHash} was never checked: start it first`,
      )
    const { rawInfo } = source
    const from = { saveFolder, renamed }
    const bits = claimed.map((byte, at) => byte & ~(this.#copied[at] ?? 0))
    const step = Math.max(1, Math.floor(bytesPerTask / facts.pieceLength))
    let copied = 0
    for (let firstPiece = 0; firstPiece < facts.pieceCount; firstPiece += step) {
      signal.throwIfAborted()
      now()
      const endPiece = Math.min(facts.pieceCount, firstPiece + step)
      const wanted = countIn(bits, firstPiece, endPiece)
      if (wanted > 0 || firstPiece === 0)
        await hashDesk.inTurn(sessionId, async () => {
          const existing = [...this.#files.keys()]
          const synced = await tasks.copyPieces({ rawInfo, from, to, firstPiece, endPiece, bits, existing })
          for (const file of synced) this.#files.set(file.index, file)
        })
      copied += wanted
      progress(endPiece / facts.pieceCount)
    }
    this.#copied = claimed
    return copied * facts.pieceLength
  }
}

function countIn(bits: Uint8Array, first: number, end: number): number {
  let count = 0
  for (let piece = first; piece < end; piece += 1) if (hasBit(bits, piece)) count += 1
  return count
}
