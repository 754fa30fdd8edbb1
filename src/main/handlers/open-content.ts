/** Opens the content of a file of a torrent for a caller. */
import type { FileName } from '../../protocol/content.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { FileQuery, FoundFile } from '../../protocol/tasks.ts'
import type { Access } from '../access/access.ts'
import type { Board } from '../board/board.ts'
import { ContentReader, isKeptTrue, missing, type Present } from '../content/content-reader.ts'
import type { ContentReads } from '../content/content-reads.ts'
import { bytesFrom, isWanted, readableOf, type FileSpan } from '../content/readable-range.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import { findTorrent } from './find-torrent.ts'

/** Longer than a worker that crashed takes to be back. */
const defaultPatienceMs = 60_000

/** A file of a torrent that can be read from. */
export interface OpenContent {
  readonly name: string
  readonly length: number
  /** Strong (RFC 9110), quotes included: the bytes under an info hash never change. */
  readonly etag: string
  /** Where a range that begins at `from` ends at the latest: before `end` where the rest is not being fetched. */
  reach(from: number, end: number): number
  /** A reader of the bytes from `from` to before `end`, to be closed by whoever opened it. */
  reader(from: number, end: number): Pick<ContentReader, 'next' | 'close'>
}

/** Rejects with `session_not_found`, `torrent_not_found`, `metadata_unknown`, or `not_found` for no such file. */
export type ContentOpener = (file: FileName, access: Access) => Promise<OpenContent>

export interface ContentOptions {
  readonly supervisor: Supervisor
  readonly board: Board
  readonly tasks: Pick<TaskPool, 'findFile'>
  readonly reads: ContentReads
  /** How long a reader waits for a piece that is missing. */
  readonly patienceMs?: number
}

/** What opens files of torrents. */
export function contentOpener(options: ContentOptions): ContentOpener {
  const { supervisor, board, tasks, reads, patienceMs = defaultPatienceMs } = options
  const files = new FoundFiles(tasks)
  return async (name, access) => {
    if (!access.sees(name.session_id)) throw new RestTorrentError('session_not_found', 'session not found')
    const { infoHash, addedAt, source, facts } = findTorrent(supervisor, name).record
    if (source.rawInfo === undefined || facts === undefined)
      throw new RestTorrentError('metadata_unknown', `torrent ${infoHash} has no metadata yet`)
    const found = await files.find({ rawInfo: source.rawInfo, index: name.index })
    const present = (): Present => {
      const now = findTorrent(supervisor, name)
      const state = board.session(name.session_id)?.torrents.get(infoHash)?.state
      if (now.record.addedAt === addedAt) return { ...now, state }
      throw new RestTorrentError('torrent_not_found', `torrent ${infoHash} was removed`)
    }
    const file = { ...found, index: name.index, pieceLength: facts.pieceLength }
    return {
      name: found.name,
      length: found.length,
      etag: `"${infoHash}.${name.index}"`,
      reach: (from, end) => reachOf(present(), file, from, end),
      reader: (from, end) => new ContentReader({ present, reads, file, from, end, patienceMs }),
    }
  }
}

/** Throws `content_missing` where not even the first byte will be there. */
function reachOf(present: Present, file: FileSpan, from: number, end: number): number {
  const isKept = isKeptTrue(present)
  if (isKept && isWanted(present.record, file)) return end
  const readable = readableOf(present.record, isKept, file)
  const length = readable === undefined ? 0 : bytesFrom(readable.bits, file, from, end - from)
  if (length === 0 && end > from) throw missing(present.record, 'is not being fetched')
  return from + length
}

/** Files that were found, for as long as the info dictionary is in memory. */
class FoundFiles {
  readonly #tasks: ContentOptions['tasks']
  readonly #found = new WeakMap<object, Map<number, FoundFile>>()

  constructor(tasks: ContentOptions['tasks']) {
    this.#tasks = tasks
  }

  async find(query: FileQuery): Promise<FoundFile> {
    const { rawInfo, index } = query
    const known = this.#found.get(rawInfo)?.get(index)
    if (known !== undefined) return known
    const file = await this.#tasks.findFile(query)
    const files = this.#found.get(rawInfo) ?? new Map<number, FoundFile>()
    this.#found.set(rawInfo, files.set(index, file))
    return file
  }
}
