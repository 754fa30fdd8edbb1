/**
 * Makes the metainfo of files that are there: lists them, hashes them in the turns of their session, as many ranges
 * at once as there are threads, looks at them again.
 */
import type { CreationWish } from '../../protocol/create-command.ts'
import type {
  CreationSource,
  MadeMetainfo,
  MetainfoDraft,
  SourceFile,
  SourceList,
} from '../../protocol/creation-tasks.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import type { HashDesk } from './hash-desk.ts'

/** Bytes that are hashed by one task; a cancel is obeyed between two. */
const bytesPerTask = 32 * 1024 * 1024
const hashLength = 20
const usualPieces = 2000
const [shortestPiece, longestPiece] = [16 * 1024, 16 * 1024 * 1024]

export interface TorrentMakingOptions {
  readonly tasks: Pick<TaskPool, 'listSource' | 'digestPieces' | 'makeMetainfo' | 'hashThreads'>
  readonly hashDesk: Pick<HashDesk, 'inTurn'>
  readonly sessionId: string
  readonly reservedDir: string
  readonly signal: AbortSignal
  /** 0…1 of the pieces. */
  readonly progress: (share: number) => void
}

export interface MadeTorrent extends MadeMetainfo {
  readonly list: SourceList
}

/**
 * Rejects with `invalid_metainfo` for files that no torrent can hold, before any is hashed, with `files_changed`
 * where one is not what it was in the end, with another disk code, or with the signal's reason.
 */
export async function makeTorrent(
  source: CreationSource,
  wish: CreationWish,
  { tasks, hashDesk, sessionId, reservedDir, signal, progress }: TorrentMakingOptions,
): Promise<MadeTorrent> {
  const { folder, base } = source
  const look = async (): Promise<SourceList> =>
    await hashDesk.inTurn(sessionId, async () => await tasks.listSource({ folder, base, reservedDir }))
  const list = await look()
  const pieceLength = wish.piece_length ?? usualPieceLength(list.size)
  const creationDate = Math.floor(Date.now() / 1000)
  const draft: MetainfoDraft = { source, list, wish, pieceLength, pieces: undefined, creationDate }
  await tasks.makeMetainfo(draft) // whether there can be such a torrent
  const pieces = new Uint8Array(Math.ceil(list.size / pieceLength) * hashLength)
  const pieceCount = pieces.length / hashLength
  const ranges = rangesOf(pieceCount, bytesPerTask / pieceLength)
  let done = 0
  const digestNext = async (): Promise<void> => {
    for (const [firstPiece, endPiece] of ranges) {
      signal.throwIfAborted()
      const files = filesIn(list.files, firstPiece * pieceLength, endPiece * pieceLength)
      const digesting = { folder, files, pieceLength, firstPiece, endPiece }
      const digests = await hashDesk.inTurn(sessionId, async () => await tasks.digestPieces(digesting))
      pieces.set(digests, firstPiece * hashLength)
      done += endPiece - firstPiece
      progress(done / pieceCount)
    }
  }
  await everyOne(Array.from({ length: tasks.hashThreads }, digestNext))
  signal.throwIfAborted()
  refuseChanged(list, await look())
  return { ...(await tasks.makeMetainfo({ ...draft, pieces })), list }
}

/** The power of two that makes 1,000 to 2,000 pieces, as far as 16 KiB to 16 MiB allow. */
export function usualPieceLength(size: number): number {
  let length = shortestPiece
  while (length < longestPiece && size / length > usualPieces) length *= 2
  return length
}

/** From which piece to before which, one after the other for whoever asks next; none after one was refused. */
function* rangesOf(pieceCount: number, step: number): Generator<[first: number, end: number]> {
  for (let first = 0; first < pieceCount; first += step) yield [first, Math.min(pieceCount, first + step)]
}

/** Settles when all have; rejects as the first that did. */
async function everyOne(work: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(work)
  await Promise.all(work)
}

function filesIn(files: readonly SourceFile[], start: number, end: number): SourceFile[] {
  return files.filter(({ offset, length }) => length > 0 && offset < end && offset + length > start)
}

function refuseChanged(before: SourceList, after: SourceList): void {
  const count = Math.max(before.files.length, after.files.length)
  for (let index = 0; index < count; index += 1) {
    const [one, other] = [before.files[index], after.files[index]]
    if (isSame(one, other)) continue
    const path = (one ?? other)?.path ?? ''
    throw new RestTorrentError('files_changed', `${path} was changed while the torrent was made`)
  }
}

function isSame(one: SourceFile | undefined, other: SourceFile | undefined): boolean {
  return (
    one?.path === other?.path &&
    one?.length === other?.length &&
    one?.mtimeNs === other?.mtimeNs &&
    one?.ino === other?.ino
  )
}
