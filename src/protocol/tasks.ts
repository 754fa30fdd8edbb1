/** What main asks of the task pool: plain data in, plain data out. */
import type { WireError } from './errors.ts'
import type { FileIdentity, TorrentFacts } from './records.ts'
import type { TorrentPlace } from './torrent-place-form.ts'

export type TaskName =
  | 'parseMetainfo'
  | 'parseAndPlace'
  | 'describeInfo'
  | 'resolveFolder'
  | 'freeSpace'
  | 'hashPieces'
  | 'commonFiles'
  | 'findFile'
  | 'playableFiles'
  | 'readContent'
  | 'changeNames'
  | 'isOneEntry'
  | 'refusePresent'
  | 'linkFiles'
  | 'renameFiles'
  | 'bringBack'
  | 'copyPieces'
  | 'identifyPlace'
  | 'listFiles'
  | 'deleteData'
  | 'locateSource'
  | 'listSource'
  | 'digestPieces'
  | 'makeMetainfo'
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
  /** Folder at or above it that its disk is mounted on, if that is not `/`. */
  readonly mountPoint?: string
}

/** The room on the file system of a folder, in bytes. */
export interface SpaceAnswer extends FolderAnswer {
  readonly free: number
  readonly total: number
}

/** The files of a torrent in one or several places. */
export interface FileSet {
  readonly rawInfo: Uint8Array
  readonly places: readonly FilePlace[]
}

/** Where files of a torrent lie; with `mountPoint` no new one is made where no disk is mounted on that folder. */
export type FilePlace = Omit<TorrentPlace, 'savePath'>

/** The files of a torrent that are to be deleted, and the folders of it that are empty then. */
export interface FileDeletion {
  readonly rawInfo: Uint8Array
  readonly place: FilePlace
  /** Paths below the folder that are left: other torrents have them too. */
  readonly spared: readonly string[]
  /** Where the torrent has its files now: these are left, and so is what is not there and holds pieces. */
  readonly current?: FilePlace | undefined
  /** The pieces that are claimed, a bit each; without them any file may hold some. */
  readonly bits?: Uint8Array | undefined
}

/** Two torrents that may have files in common. */
export interface FileComparison {
  readonly mine: FileSet
  readonly other: FileSet
  /** Where files of `mine` may lie although `other` has them too. */
  readonly except?: FilePlace | undefined
}

/** Another path for a file or folder of a torrent, see `renamePath`. */
export interface NameChange {
  readonly rawInfo: Uint8Array
  readonly renamed: TorrentPlace['renamed']
  readonly path: string
  readonly newPath: string
}

/** Two paths below a folder, of which is asked whether they lead to one file or folder. */
export interface EntryPair {
  readonly saveFolder: string
  readonly path: string
  readonly newPath: string
}

/** Files of a torrent that are to have a second place. */
export interface FileLinking {
  readonly rawInfo: Uint8Array
  readonly from: FilePlace
  readonly to: FilePlace
  /** The pieces that are claimed, a bit each. */
  readonly bits?: Uint8Array | undefined
}

/** What became of it: on another file system, or on one where a file has but one name, none has a second. */
export type Linked = 'linked' | 'apart' | 'unlinkable'

/** Pieces of a torrent that are to be copied to its second place, when they hash as they should. */
export interface PieceCopying extends FileLinking {
  readonly firstPiece: number
  readonly endPiece: number
  /** Which of them, a bit for each piece of the torrent. */
  readonly bits: Uint8Array
  /** Files that pieces were copied to before, by index: one that is gone is not made anew. */
  readonly existing: readonly number[]
}

/** The files of a torrent are to be listed; `bits` are the pieces that are there. */
export interface FileListing extends Pick<NameChange, 'rawInfo' | 'renamed'> {
  readonly bits: Uint8Array
  /** Entries of the metainfo that are passed over, and that are looked at then. */
  readonly offset: number
  readonly limit: number
}

/** Files, each with its path below the save path and the bytes of it that are there; padding is left out. */
export interface FileList {
  /** Entries of the metainfo. */
  readonly num_files: number
  readonly files: readonly {
    readonly index: number
    readonly path: string
    readonly length: number
    readonly have: number
  }[]
}

/** Metainfo that is to be parsed, and the folder that is to be resolved where it is good. */
export interface PlacedMetainfo {
  readonly bytes: Uint8Array
  readonly folder: FolderRequest
}

/** What they are; a folder that is refused is told apart, since other things are refused before. */
export interface PlacedDigest {
  readonly digest: TorrentDigest
  readonly folder: TaskAnswer<FolderAnswer>
}

/** A file of a torrent by its place in the metainfo. */
export interface FileQuery {
  readonly rawInfo: Uint8Array
  readonly index: number
}

/** A file, and where its bytes begin in the torrent. */
export interface FoundFile {
  /** Below the save folder, unless it was renamed. */
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

/** A video or audio file of a torrent, with its folders as the metainfo has them. */
export interface PlayableFile {
  readonly index: number
  readonly path: string
}
