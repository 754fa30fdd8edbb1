/**
 * Reads a range of a file for one caller, part by part and only as it is asked to: what is missing is fetched
 * before all else while it is waited for. It holds no descriptor and no bytes between two parts.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { chunkLength } from '../../protocol/content.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import { isSamePlace } from '../../protocol/torrent-place.ts'
import type { TorrentState } from '../../protocol/torrent.ts'
import type { SessionSupervisor } from '../supervisor/session-supervisor.ts'
import type { ContentReads } from './content-reads.ts'
import { bytesFrom, isWanted, readableOf, type FileSpan, type Readable } from './readable-range.ts'
import { ReadingPlace } from './reading-place.ts'

/** The bits of pieces are in shared memory, which is looked at so often. */
const lookMs = 50
/** What is fetched before all else, and at least so many pieces. */
const [aheadBytes, leastAhead] = [8 * 1024 * 1024, 2]
const workerDeadlineMs = 10_000

/** A torrent as it is now, in its session. */
export interface Present {
  readonly session: SessionSupervisor
  readonly record: TorrentRecord
  /** As last reported. */
  readonly state: TorrentState | undefined
}

/** What is read, and of whom. */
export interface ReaderOptions {
  /** Throws when the torrent is gone. */
  readonly present: () => Present
  readonly reads: ContentReads
  /** With its path as the metainfo has it: it may have another name meanwhile. */
  readonly file: FileSpan & { readonly path: string }
  /** Of the first byte, and after the last. */
  readonly from: number
  readonly end: number
  /** How long a missing piece is waited for. */
  readonly patienceMs: number
}

/** What can be read at the moment. */
type Part = Present & Readable & { readonly length: number }

export class ContentReader {
  readonly #options: ReaderOptions
  readonly #place: ReadingPlace
  readonly #closing = new AbortController()
  #at: number

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#at = options.from
    this.#place = new ReadingPlace(options.present().record.infoHash)
  }

  /**
   * The next bytes, at most `chunkLength`; undefined at the end, or after `close`. Rejects with `content_missing`,
   * `files_changed`, another disk code, or as `present` throws.
   */
  async next(): Promise<Uint8Array | undefined> {
    const { end, patienceMs } = this.#options
    const until = Date.now() + patienceMs
    while (this.#at < end) {
      const part = await this.#wait(until)
      if (part === undefined) return undefined
      const bytes = await this.#read(part).catch((error: unknown) => {
        // it may have been renamed or moved since the record was looked at: it is there in a moment
        if (Date.now() > until || !isOnItsWay(part.record, this.#options.present().record)) throw error
      })
      if (bytes === undefined) {
        await this.#pause()
        continue
      }
      this.#at += bytes.length
      return bytes
    }
    return undefined
  }

  /** Gives up what it waits for. */
  close(): void {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    try {
      this.#place.leave(this.#options.present().session)
    } catch {
      // the torrent is gone, and all that was asked for it
    }
  }

  async #read(part: Part): Promise<Uint8Array> {
    const { reads, file } = this.#options
    const { session, record, length, seen, isWritten } = part
    const { saveFolder, storageMode, renamed } = record
    if (storageMode === 'memory') return await this.#readMemory(part, length)
    const path = renamed?.find(({ index }) => index === file.index)?.path ?? file.path
    return await reads.read(session.id, { saveFolder, path, position: this.#at, length, seen, isWritten })
  }

  async #pause(): Promise<void> {
    await sleep(lookMs, undefined, { signal: this.#closing.signal }).catch(() => undefined)
  }

  /** Settles when a part is there, with its length; undefined after `close`. */
  async #wait(until: number): Promise<Part | undefined> {
    const { file, end } = this.#options
    const { signal } = this.#closing
    while (!signal.aborted) {
      const present = this.#options.present()
      const isKept = isKeptTrue(present)
      const readable = readableOf(present.record, isKept, file)
      const most = Math.min(chunkLength, end - this.#at)
      const length = readable === undefined ? 0 : bytesFrom(readable.bits, file, this.#at, most)
      this.#askFor(present, readable?.bits)
      if (readable !== undefined && length > 0) return { ...present, ...readable, length }
      if (!isKept || !isWanted(present.record, file)) throw missing(present.record, 'is not being fetched')
      if (Date.now() > until) throw missing(present.record, 'did not come in time')
      await this.#pause()
    }
    return undefined
  }

  /** Has the pieces in front of the reader fetched first, as far as any of them is missing. */
  #askFor(present: Present, bits: Uint8Array | undefined): void {
    const { session, record } = present
    const { file, end } = this.#options
    const { offset, pieceLength } = file
    const first = Math.floor((offset + this.#at) / pieceLength)
    const ahead = Math.max(aheadBytes, leastAhead * pieceLength)
    const until = Math.min(end, this.#at + ahead)
    const isThere =
      bits !== undefined && bytesFrom(bits, file, this.#at, until - this.#at) === until - this.#at
    const isFetched = isKeptTrue(present) && isWanted(record, file)
    if (isThere || !isFetched) this.#place.leave(session)
    else {
      const last = Math.floor((offset + until - 1) / pieceLength)
      this.#place.move(session, first, last - first + 1, performance.now())
    }
  }

  /** What is in the memory of a worker is read by that; never over the end of a piece. */
  async #readMemory({ session, record }: Present, length: number): Promise<Uint8Array> {
    const { offset, pieceLength } = this.#options.file
    const position = offset + this.#at
    const [piece, start] = [Math.floor(position / pieceLength), position % pieceLength]
    const most = Math.min(length, pieceLength - start)
    const bytes = await session.query('read content', workerDeadlineMs, async (api) => {
      return await api.readPiece(record.infoHash, piece, start, most)
    })
    if (bytes === undefined) throw missing(record, 'is not in memory any more')
    return bytes
  }
}

/** Whether the files have got another place since, or may be about to. */
function isOnItsWay(before: TorrentRecord, now: TorrentRecord): boolean {
  return before.elsewhere !== undefined || now.elsewhere !== undefined || !isSamePlace(before, now)
}

/** Whether a worker has the torrent open, or soon will, and the bits are what it says. */
export function isKeptTrue({ session, record, state }: Present): boolean {
  const isUp = session.state !== 'stopped' && session.state !== 'stopping'
  const isOpen = record.started && record.quarantine === undefined && state !== 'error' && state !== 'queued'
  return isUp && isOpen
}

/** `content_missing`, with the reason. */
export function missing({ infoHash }: TorrentRecord, why: string): RestTorrentError {
  return new RestTorrentError('content_missing', `that part of torrent ${infoHash} ${why}`)
}
