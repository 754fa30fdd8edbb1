/** What main asks of the task pool to make a torrent of files: plain data in, plain data out. */
import type { CreationWish } from './create-command.ts'
import type { TorrentDigest } from './tasks.ts'
import type { RenamedFile } from './torrent-place-form.ts'

/** A file or folder of which a torrent is to be made. */
export interface CreationSource {
  /** Absolute and resolved: what the file or folder lies in. */
  readonly folder: string
  /** The same relative to the root. */
  readonly savePath: string
  /** The name of the file or folder. */
  readonly base: string
}

/** The files of a source are to be listed. */
export interface SourceListing extends Pick<CreationSource, 'folder' | 'base'> {
  /** Folder that is never listed. */
  readonly reservedDir: string
}

/** A file as it was listed; `offset` is its place in the content of the torrent. */
export interface SourceFile {
  /** Below the folder of the source, `/` between the parts. */
  readonly path: string
  readonly length: number
  readonly offset: number
  readonly mtimeNs: bigint
  readonly ino: bigint
}

export interface SourceList {
  /** By their names, folder by folder. */
  readonly files: readonly SourceFile[]
  readonly size: number
  readonly isFolder: boolean
  /** Links and others that are neither files nor folders: no part of the torrent. */
  readonly leftOut: number
}

/** Pieces whose SHA-1 is wanted; `files` are those that the pieces touch, in their order. */
export interface PieceDigesting {
  readonly folder: string
  readonly files: readonly SourceFile[]
  readonly pieceLength: number
  readonly firstPiece: number
  readonly endPiece: number
}

/** What a metainfo is to say. */
export interface MetainfoDraft {
  readonly source: Pick<CreationSource, 'base'>
  readonly list: SourceList
  readonly wish: CreationWish
  readonly pieceLength: number
  /** 20 bytes a piece; zeros stand for them where they are not known yet. */
  readonly pieces: Uint8Array | undefined
  /** Seconds since the epoch. */
  readonly creationDate: number
}

export interface MadeMetainfo {
  readonly bytes: Uint8Array
  readonly digest: TorrentDigest
  /** Files that lie under other names than the metainfo gives them. */
  readonly renamed: readonly RenamedFile[]
}
