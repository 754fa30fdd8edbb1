/** What main asks of the task pool: plain data in, plain data out. */
import type { WireError } from './errors.ts'
import type { FileIdentity, TorrentFacts } from './records.ts'

export type TaskName =
  | 'parseMetainfo'
  | 'describeInfo'
  | 'resolveFolder'
  | 'freeSpace'
  | 'hashPieces'
  | 'commonFiles'
  | 'findFile'
  | 'readContent'
  | 'deleteData'
  | 'writeExport'
  | 'readImport'
  | 'loadIpFilter'
  | 'pruneIpFilters'

export type TaskAnswer<T> = { readonly value: T } | { readonly error: WireError }

/** A .torrent file that passed every check, without what main has no use for. */
export interface TorrentDigest {
  readonly infoHash: string
  readonly rawInfo: Uint8Array
  readonly facts: TorrentFacts
  readonly trackers: readonly (readonly string[])[]
  readonly webSeeds: readonly string[]
}

/** What an info dictionary says. */
export interface InfoDescription {
  readonly facts: TorrentFacts
  /** Without padding (BEP 47); lengths in bytes. */
  readonly files: readonly { readonly path: string; readonly length: number }[]
}

/** A folder that a caller names, to be resolved under the root and checked. */
export interface FolderRequest {
  readonly rootDir: string
  /** The root of the session below `rootDir`, see `rootPath`; made where it is missing. */
  readonly root: string
  /** Folder no path may lead into, except through `rootDir` where that lies in it. */
  readonly reservedDir: string
  readonly path: string
  /** Bytes that must be free where the folder is or will be; 0 asks for nothing. */
  readonly neededBytes: number
}

export interface FolderAnswer {
  /** Absolute, with every symbolic link that exists resolved. */
  readonly folder: string
  /** Relative to the root, `.` for the root itself. */
  readonly relative: string
}

/** The room on the file system of a folder, in bytes. */
export interface SpaceAnswer extends FolderAnswer {
  readonly free: number
  readonly total: number
}

/** The files of a torrent, as its info dictionary names them below a folder. */
export interface FileSet {
  /** Absolute and resolved. */
  readonly saveFolder: string
  readonly rawInfo: Uint8Array
}

/** The files of a torrent that are to be deleted, and the folders of it that are empty then. */
export interface FileDeletion extends FileSet {
  /** Paths below the folder that are left: other torrents have them too. */
  readonly spared: readonly string[]
}

/** Two torrents that may have files in common. */
export interface FileComparison {
  readonly mine: FileSet
  readonly other: FileSet
}

/** A file of a torrent by its place in the metainfo. */
export interface FileQuery {
  readonly rawInfo: Uint8Array
  readonly index: number
}

/** A file as it lies below the save folder, and where its bytes begin in the torrent. */
export interface FoundFile {
  readonly path: string
  /** As the metainfo has it, without its folders. */
  readonly name: string
  readonly offset: number
  readonly length: number
}

/** A part of a file that is to be read, and which file that has to be. */
export interface ContentRead {
  /** Absolute and resolved. */
  readonly saveFolder: string
  readonly path: string
  readonly position: number
  readonly length: number
  /** As a checkpoint saw the file, where one did. */
  readonly seen: FileIdentity | undefined
  /** Whether it may have been written to since; it must be the same otherwise. */
  readonly isWritten: boolean
}
