/**
 * Looks now and then whether the paths of an open torrent still lead to its files: a file that was deleted or
 * replaced, or whose disk was unmounted, goes on being served and written through its descriptor. A round takes
 * some files at each look and rests when it is through, so that a torrent of many files costs little at a time;
 * those that are being written are looked at each time.
 */
import type { TorrentInfo } from '../../../protocol/torrent-info.ts'
import type { Identity } from '../storage/identity.ts'
import { isOnDisk } from '../storage/layout.ts'
import type { SessionDisk } from '../storage/session-disk.ts'

/** Files of one look. */
const filesPerLook = 512

export interface Watched {
  readonly info: TorrentInfo
  readonly disk: SessionDisk
  readonly saveFolder: string
  /** How long it rests between two rounds. */
  readonly restMs: number
}

/** What is known of the files at a look. */
export interface KnownFiles {
  /** As they were when they were last known to be right, by index; others are not judged. */
  readonly known: () => ReadonlyMap<number, Identity>
  /** Files that this run writes to, by index: they may grow and be newer than they are known. */
  readonly written: ReadonlySet<number>
}

export class FileWatch {
  readonly #watched: Watched
  /** The index of the file that is looked at next. */
  #next = 0
  #restsUntil: number
  #isLooking = false

  /** `now`, here and below: any clock in milliseconds. The first round begins after a rest. */
  constructor(watched: Watched, now: number) {
    this.#watched = watched
    this.#restsUntil = now + watched.restMs
  }

  /**
   * Indices of files that are gone, cut, touched or another one, of those that were `justWritten` and, unless it
   * rests, of those whose turn it is. Rejects with a disk code where it may not look.
   */
  async look(now: number, files: KnownFiles, justWritten: readonly number[] = []): Promise<number[]> {
    if (this.#isLooking) return []
    const turn = new Set([...justWritten, ...this.#turn(now)])
    if (turn.size === 0) return []
    this.#isLooking = true
    try {
      return await this.#changed([...turn], files)
    } finally {
      this.#isLooking = false
    }
  }

  #turn(now: number): readonly number[] {
    if (now < this.#restsUntil) return []
    const { info, restMs } = this.#watched
    const turn = info.files.slice(this.#next, this.#next + filesPerLook)
    this.#next += turn.length
    if (this.#next >= info.files.length) {
      this.#next = 0
      this.#restsUntil = now + restMs
    }
    return turn.filter(isOnDisk).map(({ index }) => index)
  }

  async #changed(files: readonly number[], { known: knownFiles, written }: KnownFiles): Promise<number[]> {
    const { info, disk, saveFolder } = this.#watched
    // before the look: what is written and synced during it may only be more
    const all = knownFiles()
    const known = files.map((index) => all.get(index))
    const paths = files.map((index) => info.files[index]?.safePath ?? '')
    const found = await disk.identify(saveFolder, paths)
    return files.filter((index, at) => {
      const then = known[at]
      return then !== undefined && !isStill(then, found[at], written.has(index))
    })
  }
}

/** Whether it is the same file with the same bytes, as far as can be told; or its continuation. */
export function isStill(then: Identity, now: Identity | undefined, isWritten: boolean): boolean {
  if (now?.ino !== then.ino) return false
  if (isWritten) return now.size >= then.size
  return now.size === then.size && now.mtimeNs === then.mtimeNs
}

/** Whether all of them are the same, and none has come beside them. */
export function areStill(then: ReadonlyMap<number, Identity>, now: ReadonlyMap<number, Identity>): boolean {
  return then.size === now.size && [...then].every(([index, file]) => isStill(file, now.get(index), false))
}
