/**
 * Entry of the task pool's threads (piscina): stateless work with a time limit. What a task throws crosses
 * as a value, because its class and code would be lost in cloning.
 */
import { toWireError } from '../../protocol/errors.ts'
import type { HashRequest } from '../../protocol/session-rpc.ts'
import type {
  CreationSource,
  MadeMetainfo,
  MetainfoDraft,
  PieceDigesting,
  SourceList,
  SourceListing,
} from '../../protocol/creation-tasks.ts'
import type { FileIdentity } from '../../protocol/records.ts'
import type { RenamedFile } from '../../protocol/torrent-place-form.ts'
import type {
  ContentRead,
  EntryPair,
  FileComparison,
  FileDeletion,
  FileQuery,
  FileLinking,
  FileList,
  FileListing,
  FileSet,
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
  TaskAnswer,
  TorrentDigest,
} from '../../protocol/tasks.ts'
import type { IpFilterPruning, IpFilterRequest, LoadedIpFilter } from '../../protocol/ip-filter-source.ts'
import type { ExportPart, ImportPart, ImportRequest } from '../../protocol/session-export.ts'
import { commonFiles as findCommonFiles } from './common-files.ts'
import { copyPiecesOf, identifyFilesOf } from './copy-pieces.ts'
import { digestPiecesOf } from './create/digest-pieces.ts'
import { listSourceOf } from './create/list-source.ts'
import { locateSourceOf } from './create/locate-source.ts'
import { makeMetainfoOf } from './create/make-metainfo.ts'
import { deleteDataOf } from './delete-data.ts'
import { describe } from './describe-info.ts'
import { digestMetainfo } from './digest-metainfo.ts'
import { findFile as find, playableFilesOf } from './find-file.ts'
import { hashRange } from './hash-range.ts'
import { pruneCopies } from './ip-filter/filter-copy.ts'
import { isOneEntryOf } from './is-one-entry.ts'
import { linkFilesOf, refusePresentFiles } from './link-files.ts'
import { changeNamesOf, listFilesOf } from './name-files.ts'
import { loadIpFilter as load } from './ip-filter/load-ip-filter.ts'
import { bringBackFiles, renameFilesOf } from './rename-files.ts'
import { readContent as readPart } from './read-content.ts'
import { readImport as readImportPart } from './read-import.ts'
import { freeSpaceAt, resolveUnderRoot } from './resolve-folder.ts'
import { writeExport as writeExportPart } from './write-export.ts'

/** See `TorrentDigest`. */
export function parseMetainfo(bytes: Uint8Array): TaskAnswer<TorrentDigest> {
  return answer(() => digestMetainfo(bytes))
}

/** See `PlacedMetainfo`. */
export function parseAndPlace({ bytes, folder }: PlacedMetainfo): TaskAnswer<PlacedDigest> {
  return answer(() => ({ digest: digestMetainfo(bytes), folder: answer(() => resolveUnderRoot(folder)) }))
}

/** See `InfoDescription`. */
export function describeInfo(rawInfo: Uint8Array): TaskAnswer<InfoDescription> {
  return answer(() => describe(rawInfo))
}

/** See `FolderRequest`. */
export function resolveFolder(request: FolderRequest): TaskAnswer<FolderAnswer> {
  return answer(() => resolveUnderRoot(request))
}

/** See `FolderRequest`. */
export function freeSpace(request: FolderRequest): TaskAnswer<SpaceAnswer> {
  return answer(() => freeSpaceAt(request))
}

/** See `HashRequest`; one byte a piece. */
export function hashPieces(request: HashRequest): TaskAnswer<Uint8Array> {
  return answer(() => hashRange(request))
}

/** See `FileComparison`; paths of the files of `mine` that `other` has too. */
export function commonFiles(comparison: FileComparison): TaskAnswer<string[]> {
  return answer(() => findCommonFiles(comparison))
}

/** See `FoundFile`. */
export function findFile(query: FileQuery): TaskAnswer<FoundFile> {
  return answer(() => find(query))
}

/** See `PlayableFile`. */
export function playableFiles(rawInfo: Uint8Array): TaskAnswer<PlayableFile[]> {
  return answer(() => playableFilesOf(rawInfo))
}

/** See `ContentRead`; the bytes. */
export function readContent(request: ContentRead): TaskAnswer<Uint8Array> {
  return answer(() => readPart(request))
}

/** See `deleteDataOf`. */
export async function deleteData(deletion: FileDeletion): Promise<TaskAnswer<boolean>> {
  return await deleteDataOf(deletion).then((value) => ({ value }), refusal)
}

/** See `NameChange`; every file that has another name then. */
export function changeNames(change: NameChange): TaskAnswer<RenamedFile[]> {
  return answer(() => changeNamesOf(change))
}

/** See `isOneEntryOf`. */
export async function isOneEntry(pair: EntryPair): Promise<TaskAnswer<boolean>> {
  return await isOneEntryOf(pair).then((value) => ({ value }), refusal)
}

/** See `FileListing`. */
export function listFiles(listing: FileListing): TaskAnswer<FileList> {
  return answer(() => listFilesOf(listing))
}

/** See `refusePresentFiles`. */
export async function refusePresent(linking: FileLinking): Promise<TaskAnswer<void>> {
  return await refusePresentFiles(linking).then((value) => ({ value }), refusal)
}

/** See `linkFilesOf`. */
export async function linkFiles(linking: FileLinking): Promise<TaskAnswer<Linked>> {
  return await linkFilesOf(linking).then((value) => ({ value }), refusal)
}

/** See `renameFilesOf`. */
export async function renameFiles(linking: FileLinking): Promise<TaskAnswer<'renamed' | 'apart'>> {
  return await renameFilesOf(linking).then((value) => ({ value }), refusal)
}

/** See `bringBackFiles`. */
export async function bringBack(linking: FileLinking): Promise<TaskAnswer<void>> {
  return await bringBackFiles(linking).then((value) => ({ value }), refusal)
}

/** See `PieceCopying`. */
export async function copyPieces(copying: PieceCopying): Promise<TaskAnswer<FileIdentity[]>> {
  return await copyPiecesOf(copying).then((value) => ({ value }), refusal)
}

/** The files that a torrent has in its one place, as they are. */
export async function identifyPlace({ rawInfo, places }: FileSet): Promise<TaskAnswer<FileIdentity[]>> {
  const [place = { saveFolder: '' }] = places
  return await identifyFilesOf(rawInfo, place).then((value) => ({ value }), refusal)
}

/** See `locateSourceOf`. */
export function locateSource(request: FolderRequest): TaskAnswer<CreationSource> {
  return answer(() => locateSourceOf(request))
}

/** See `SourceListing`. */
export function listSource(listing: SourceListing): TaskAnswer<SourceList> {
  return answer(() => listSourceOf(listing))
}

/** See `PieceDigesting`; 20 bytes a piece. */
export function digestPieces(digesting: PieceDigesting): TaskAnswer<Uint8Array> {
  return answer(() => digestPiecesOf(digesting))
}

/** See `MetainfoDraft`. */
export function makeMetainfo(draft: MetainfoDraft): TaskAnswer<MadeMetainfo> {
  return answer(() => makeMetainfoOf(draft))
}

/** See `ExportPart`; bytes of the file so far. */
export function writeExport(part: ExportPart): TaskAnswer<number> {
  return answer(() => writeExportPart(part))
}

/** See `ImportRequest`. */
export function readImport(request: ImportRequest): TaskAnswer<ImportPart> {
  return answer(() => readImportPart(request))
}

/** See `IpFilterRequest`. */
export async function loadIpFilter(request: IpFilterRequest): Promise<TaskAnswer<LoadedIpFilter>> {
  return await load(request).then((value) => ({ value }), refusal)
}

/** See `IpFilterPruning`. */
export function pruneIpFilters(pruning: IpFilterPruning): TaskAnswer<void> {
  return answer(() => pruneCopies(pruning))
}

function answer<T>(work: () => T): TaskAnswer<T> {
  try {
    return { value: work() }
  } catch (error) {
    return refusal(error)
  }
}

function refusal(error: unknown): TaskAnswer<never> {
  const wire = toWireError(error)
  if (wire.code === 'internal') throw error
  return { error: wire }
}
