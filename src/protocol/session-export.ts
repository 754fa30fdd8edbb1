/** What main and a task say to each other about the file of a session that is exported or imported. */
import type { SessionRecord, TorrentRecord } from './records.ts'

/** The first line of such a file names this form and version. */
export const exportFormat = 'resttorrent-session'
export const exportVersion = 1

/** Where exports are written, and where imports are read from; both in the data directory. */
export const exportsFolder = 'exports'
export const importsFolder = 'imports'

/** The end of the name of an export that is being written. */
export const unfinishedExport = '.unfinished'

/** A torrent without what belongs to one host: its folder, and what was proved of its files. */
export type TransferredTorrent = Omit<
  TorrentRecord,
  'saveFolder' | 'mountPoint' | 'elsewhere' | 'renaming' | 'bits' | 'resume'
>

/** A session without what belongs to one host: who made it, and what it is confined to. */
export type TransferredSession = Omit<SessionRecord, 'owner' | 'root' | 'quotas' | 'started'>

/** One more part of an export. The first part has the session and makes the file, the last gives it its name. */
export interface ExportPart {
  readonly dataDir: string
  readonly name: string
  readonly head: { readonly session: TransferredSession; readonly torrentCount: number } | undefined
  readonly torrents: readonly TransferredTorrent[]
  readonly last: boolean
}

/** Where a part of an import begins: in bytes, and the number of its first line. */
export interface ImportPlace {
  readonly offset: number
  readonly line: number
}

export const importStart: ImportPlace = { offset: 0, line: 1 }

/** A part of an import, from its start or from where the part before has ended. */
export interface ImportRequest {
  readonly dataDir: string
  readonly name: string
  readonly place: ImportPlace
}

export interface ImportPart {
  /** What the first line says; only the first part has it. */
  readonly head: ExportPart['head']
  readonly torrents: readonly TransferredTorrent[]
  /** Where the next part begins; undefined after the last. */
  readonly next: ImportPlace | undefined
}
