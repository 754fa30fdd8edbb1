import { RestTorrentError } from '../../../protocol/errors.ts'
import type { TorrentInfo } from '../../../protocol/torrent-info.ts'
import { relativeParts } from './relative-path.ts'

/** A file of a torrent: its safe path below the save path and where its bytes lie in the torrent. */
export interface LayoutFile {
  path: string
  length: number
  offset: number
  /** BEP 47: its bytes are zeros and it is never on disk; its path is not looked at. */
  padding: boolean
  /** BEP 47: an entry without bytes, which is never made. */
  symlink: boolean
}

/** A run of bytes within one file: `file` is its index, `bufferOffset` where the run lies in what was asked. */
export interface Span {
  file: number
  fileOffset: number
  bufferOffset: number
  length: number
}

/** Where the bytes of a torrent lie in its files. */
export class Layout {
  readonly files: readonly LayoutFile[]
  readonly pieceLength: number
  readonly length: number
  readonly pieceCount: number
  /** The indices of the files that have bytes, in the order of their offsets. */
  readonly #filled: readonly number[]

  /** Throws `invalid_path` for a path that leaves the save path, `invalid_metainfo` for files with gaps. */
  constructor(files: readonly LayoutFile[], pieceLength: number) {
    this.files = files
    this.pieceLength = pieceLength
    this.length = checkedLength(files)
    this.pieceCount = Math.ceil(this.length / pieceLength)
    this.#filled = [...files.keys()].filter((index) => (files[index]?.length ?? 0) > 0)
  }

  /** The bytes of a piece: `pieceLength` but for the last one; 0 for an index that is none. */
  pieceSize(index: number): number {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.pieceCount) return 0
    return Math.min(this.pieceLength, this.length - index * this.pieceLength)
  }

  /** The spans of `length` bytes from `position` in the torrent; entries without bytes have none. */
  spans(position: number, length: number): Span[] {
    const spans: Span[] = []
    const end = position + length
    for (let at = position, next = this.#firstAt(position); at < end; next += 1) {
      const index = this.#filled[next]
      const file = index === undefined ? undefined : this.files[index]
      if (index === undefined || !file) break
      const size = Math.min(end, file.offset + file.length) - at
      spans.push({ file: index, fileOffset: at - file.offset, bufferOffset: at - position, length: size })
      at += size
    }
    return spans
  }

  /** The place in `#filled` of the file that holds a position. */
  #firstAt(position: number): number {
    let low = 0
    let high = this.#filled.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      const file = this.files[this.#filled[middle] ?? 0]
      if (file && file.offset + file.length > position) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Whether a file of the layout is one on disk. */
export function isOnDisk(file: Pick<LayoutFile, 'padding' | 'symlink'>): boolean {
  return !file.padding && !file.symlink
}

/** The paths of the files that are on disk, below the save path. */
export function pathsOnDisk({ files }: TorrentInfo): string[] {
  return files.filter(isOnDisk).map(({ safePath }) => safePath)
}

function checkedLength(files: readonly LayoutFile[]): number {
  let length = 0
  for (const file of files) {
    if (isOnDisk(file)) relativeParts(file.path)
    if (file.offset !== length || file.length < 0 || (file.symlink && file.length > 0))
      throw new RestTorrentError('invalid_metainfo', `wrong offset or length of file ${file.path}`)
    length += file.length
  }
  return length
}
