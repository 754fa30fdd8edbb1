/**
 * The piscina pools: stateless work with a time limit. One pool for what callers wait for (metainfo, paths),
 * one for bulk hashing, so that a long check never delays an add, and one for IP filters, which may be large
 * and come from slow servers.
 */
import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import type {
  CreationSource,
  MadeMetainfo,
  MetainfoDraft,
  PieceDigesting,
  SourceList,
  SourceListing,
} from '../../protocol/creation-tasks.ts'
import type { IpFilterPruning, IpFilterRequest, LoadedIpFilter } from '../../protocol/ip-filter-source.ts'
import type { ExportPart, ImportPart, ImportRequest } from '../../protocol/session-export.ts'
import type { HashRequest } from '../../protocol/session-rpc.ts'
import type { FileIdentity } from '../../protocol/records.ts'
import type { RenamedFile } from '../../protocol/torrent-place-form.ts'
import type {
  EntryPair,
  FileComparison,
  FileDeletion,
  FileQuery,
  FileLinking,
  FileList,
  FileListing,
  FilePlace,
  Linked,
  NameChange,
  PieceCopying,
  FolderAnswer,
  FolderRequest,
  InfoDescription,
  SpaceAnswer,
  FoundFile,
  PlacedDigest,
  PlacedMetainfo,
  PlayableFile,
  TorrentDigest,
} from '../../protocol/tasks.ts'
import { runTask as run } from './run-task.ts'

const parseDeadlineMs = 5_000
const folderDeadlineMs = 5_000
const deleteDeadlineMs = 120_000
const transferDeadlineMs = 30_000
const hashDeadlineMs = 120_000
/** Longer than a fetch may take. */
const filterDeadlineMs = 45_000

export class TaskPool {
  readonly hashThreads = availableParallelism()
  readonly #quick: Piscina
  readonly #bulk: Piscina
  readonly #filters: Piscina

  constructor(entry: URL) {
    const filename = entry.href
    this.#quick = new Piscina({ filename, minThreads: 1, maxThreads: 4, idleTimeout: 10_000, maxQueue: 1000 })
    this.#bulk = new Piscina({ filename, minThreads: 0, maxThreads: this.hashThreads, idleTimeout: 5_000 })
    this.#filters = new Piscina({
      filename,
      minThreads: 0,
      maxThreads: 2,
      idleTimeout: 5_000,
      maxQueue: 1000,
    })
  }

  /** Parses and checks metainfo. Rejects with `invalid_metainfo` and its kin. */
  async parseMetainfo(bytes: Uint8Array): Promise<TorrentDigest> {
    return await run(this.#quick, 'parseMetainfo', bytes, parseDeadlineMs)
  }

  /** Both in one task, see `PlacedMetainfo`. Rejects as `parseMetainfo`. */
  async parseAndPlace(wish: PlacedMetainfo): Promise<PlacedDigest> {
    return await run(this.#quick, 'parseAndPlace', wish, parseDeadlineMs)
  }

  /** What an info dictionary says. Rejects with `invalid_metainfo` and its kin. */
  async describeInfo(rawInfo: Uint8Array): Promise<InfoDescription> {
    return await run(this.#quick, 'describeInfo', rawInfo, parseDeadlineMs)
  }

  /** Resolves a save_path under the root, see `FolderRequest`. Rejects with `path_outside_root` and its kin. */
  async resolveFolder(request: FolderRequest): Promise<FolderAnswer> {
    return await run(this.#quick, 'resolveFolder', request, folderDeadlineMs)
  }

  /** The room at a path, which is resolved as `resolveFolder` does. */
  async freeSpace(request: FolderRequest): Promise<SpaceAnswer> {
    return await run(this.#quick, 'freeSpace', request, folderDeadlineMs)
  }

  /** Paths of the files of `mine`, below its folder, that `other` has too. */
  async commonFiles(comparison: FileComparison): Promise<string[]> {
    return await run(this.#quick, 'commonFiles', comparison, parseDeadlineMs)
  }

  /** Finds a file of a torrent. Rejects with `not_found`. */
  async findFile(query: FileQuery): Promise<FoundFile> {
    return await run(this.#quick, 'findFile', query, parseDeadlineMs)
  }

  /** Every file of a torrent that has another name after a change, see `renamePath`. */
  async changeNames(change: NameChange): Promise<RenamedFile[]> {
    return await run(this.#quick, 'changeNames', change, parseDeadlineMs)
  }

  /** See `EntryPair`. Rejects with a disk code. */
  async isOneEntry(pair: EntryPair): Promise<boolean> {
    return await run(this.#quick, 'isOneEntry', pair, folderDeadlineMs)
  }

  /** The files of a torrent in the order of the metainfo. */
  async listFiles(listing: FileListing): Promise<FileList> {
    return await run(this.#quick, 'listFiles', listing, parseDeadlineMs)
  }

  /** Rejects with `file_exists` where something is where files are to be. */
  async refusePresent(linking: FileLinking): Promise<void> {
    await run(this.#quick, 'refusePresent', linking, folderDeadlineMs)
  }

  /** Gives files a second name, see `Linked`. Rejects with a disk code. */
  async linkFiles(linking: FileLinking): Promise<Linked> {
    return await run(this.#bulk, 'linkFiles', linking, deleteDeadlineMs)
  }

  /** Gives files that nobody touches another name; `apart` where that cannot be. Rejects with a disk code. */
  async renameFiles(linking: FileLinking): Promise<'renamed' | 'apart'> {
    return await run(this.#bulk, 'renameFiles', linking, deleteDeadlineMs)
  }

  /** Renames files that are in the first of the places alone to the second. Rejects with a disk code. */
  async bringBack(linking: FileLinking): Promise<void> {
    await run(this.#quick, 'bringBack', linking, folderDeadlineMs)
  }

  /** Copies pieces to a second place; gives its files as synced. Rejects with `files_changed` or another disk code. */
  async copyPieces(copying: PieceCopying): Promise<FileIdentity[]> {
    return await run(this.#bulk, 'copyPieces', copying, hashDeadlineMs)
  }

  /** The files of a torrent in a place, as they are. Rejects with a disk code. */
  async identifyPlace(rawInfo: Uint8Array, place: FilePlace): Promise<FileIdentity[]> {
    return await run(this.#bulk, 'identifyPlace', { rawInfo, places: [place] }, deleteDeadlineMs)
  }

  /** The video and audio files of a torrent, in natural order. */
  async playableFiles(rawInfo: Uint8Array): Promise<PlayableFile[]> {
    return await run(this.#quick, 'playableFiles', rawInfo, parseDeadlineMs)
  }

  /**
   * Deletes the files of a torrent; false where their disk is not mounted, and nothing on it was seen. Rejects with a
   * disk code where one could not be; others are gone then.
   */
  async deleteData(deletion: FileDeletion): Promise<boolean> {
    return await run(this.#bulk, 'deleteData', deletion, deleteDeadlineMs)
  }

  /** Writes a part of an export and gives the bytes of the file so far. Rejects with a disk code. */
  async writeExport(part: ExportPart): Promise<number> {
    return await run(this.#quick, 'writeExport', part, transferDeadlineMs)
  }

  /** Reads a part of an import. Rejects with `not_found`, `invalid_import` or a disk code. */
  async readImport(request: ImportRequest): Promise<ImportPart> {
    return await run(this.#quick, 'readImport', request, transferDeadlineMs)
  }

  /** Finds what a torrent is to be made of. Rejects with `not_found`, `path_outside_root` and its kin. */
  async locateSource(request: FolderRequest): Promise<CreationSource> {
    return await run(this.#quick, 'locateSource', request, folderDeadlineMs)
  }

  /** Lists the files that a torrent is made of. Rejects with `invalid_metainfo` or a disk code. */
  async listSource(listing: SourceListing): Promise<SourceList> {
    return await run(this.#bulk, 'listSource', listing, hashDeadlineMs)
  }

  /** The SHA-1 of pieces of these files, 20 bytes each. Rejects with `files_changed` or another disk code. */
  async digestPieces(digesting: PieceDigesting): Promise<Uint8Array> {
    return await run(this.#bulk, 'digestPieces', digesting, hashDeadlineMs)
  }

  /** Writes metainfo. Rejects with `invalid_metainfo` or `invalid_path`. */
  async makeMetainfo(draft: MetainfoDraft): Promise<MadeMetainfo> {
    return await run(this.#quick, 'makeMetainfo', draft, parseDeadlineMs)
  }

  /** Hashes a range of pieces; one byte a piece, 1 where it matches. */
  async hash(request: HashRequest): Promise<Uint8Array> {
    return await run(this.#bulk, 'hashPieces', request, hashDeadlineMs)
  }

  /** Reads an IP filter. Rejects with `invalid_ip_filter` and its kin, see the task. */
  async loadIpFilter(request: IpFilterRequest): Promise<LoadedIpFilter> {
    return await run(this.#filters, 'loadIpFilter', request, filterDeadlineMs)
  }

  /** Removes copies of IP filters that are no longer of use. Rejects with a disk code. */
  async pruneIpFilters(pruning: IpFilterPruning): Promise<void> {
    await run(this.#quick, 'pruneIpFilters', pruning, parseDeadlineMs)
  }

  async close(): Promise<void> {
    await Promise.all([this.#quick.destroy(), this.#bulk.destroy(), this.#filters.destroy()])
  }
}
