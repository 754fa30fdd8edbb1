/** Everything that comes before peers: which pieces are on disk, space, and the store. */
import type { TorrentRecord } from '../../protocol/records.ts'
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import { checkFiles, type FileCheck } from './check-files.ts'
import type { HashClient } from './hash-client.ts'
import { PieceBits } from './piece-bits.ts'
import { filesWith } from './resume/file-pieces.ts'
import { identifyFiles, proveResume, type Identities } from './resume/prove-resume.ts'
import { allocate } from './storage/allocate.ts'
import type { MemoryBudget } from './storage/memory-piece-store.ts'
import type { PieceStore } from './storage/piece-store.ts'
import type { SessionDisk } from './storage/session-disk.ts'
import { layoutOf, openDiskStore, openMemoryStore } from './torrent-store.ts'

export interface Preparation {
  readonly record: TorrentRecord
  readonly info: TorrentInfo
  /** What was proved in this process; absent until the files were looked at, and after a fault. */
  readonly bits: PieceBits | undefined
  readonly near: { readonly disk: SessionDisk; readonly memory: MemoryBudget; readonly hashes: HashClient }
  readonly signal: AbortSignal
  /** Called with 0…1 while a step that takes its time goes on. */
  readonly onStep: (step: 'checking_files' | 'allocating', progress: number) => void
}

/** Which pieces are there, and what is known of the files they lie in. */
export interface Proof {
  readonly bits: PieceBits
  readonly identities: Identities
  /** Paths of files that lost pieces which were there, to something that is not us. */
  readonly lost: readonly string[]
}

/** Finds out which pieces are there. Rejects with the signal's reason when aborted, or with a disk code. */
export async function prove(preparation: Preparation): Promise<Proof> {
  const { record, info, bits, near, signal, onStep } = preparation
  if (record.storageMode === 'memory') {
    return { bits: new PieceBits(info), identities: new Map(), lost: [] }
  }
  const { disk, hashes } = near
  const { saveFolder, resume } = record
  const onProgress = (progress: number): void => onStep('checking_files', progress)
  const check: FileCheck = { disk, saveFolder, info, hashes, signal, onProgress }
  if (bits === undefined && resume !== undefined) return await proveResume({ ...check, resume })
  const found = bits ?? new PieceBits(info)
  if (bits === undefined) await checkFiles(check, found)
  return { bits: found, identities: await identifyFiles(check), lost: [] }
}

/** Reserves space where that is asked for, and opens the store. Rejects as `prove`. */
export async function openContent(preparation: Preparation, { bits }: Proof): Promise<PieceStore> {
  const { record, info, near, signal } = preparation
  signal.throwIfAborted()
  if (record.storageMode === 'memory') return openMemoryStore(info, near.memory)
  if (record.storageMode === 'allocate' && !bits.isComplete) await reserve(preparation)
  const existing = new Set(filesWith(info, (piece) => bits.has(piece)))
  const store = await openDiskStore(record, info, near.disk, existing)
  store.assumeWritten(unsynced(preparation, bits))
  signal.throwIfAborted()
  return store
}

/** Files with pieces that a worker before this one wrote and may not have synced. */
function unsynced({ record, info }: Preparation, bits: PieceBits): number[] {
  const synced = record.resume?.checkpoint.bits
  const isSynced = (piece: number): boolean => ((synced?.[piece >> 3] ?? 0) & (0x80 >> (piece & 7))) !== 0
  return filesWith(info, (piece) => bits.has(piece) && !isSynced(piece))
}

async function reserve({ record, info, near, signal, onStep }: Preparation): Promise<void> {
  onStep('allocating', 0)
  await allocate(near.disk.operations, {
    root: record.saveFolder,
    files: layoutOf(info).files,
    createRoot: true,
    signal,
    progress: (reserved, total) => onStep('allocating', reserved / total),
  })
}
