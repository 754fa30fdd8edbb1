/** Everything that comes before peers: which pieces are on disk, space, and the store. */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { ResumeState, TorrentRecord } from '../../protocol/records.ts'
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import type { CheckPlaces } from './check-places.ts'
import { checkFiles, type FileCheck } from './check-files.ts'
import type { HashClient } from './hash-client.ts'
import { hasBit } from '../../protocol/progress.ts'
import { PieceBits } from './piece-bits.ts'
import { filesWith } from './resume/file-pieces.ts'
import { isStill } from './resume/file-watch.ts'
import { identifyFiles, type Identities } from './resume/identify-files.ts'
import { proveResume, type ResumeProof } from './resume/prove-resume.ts'
import { allocate } from './storage/allocate.ts'
import type { MemoryBudget } from './storage/memory-piece-store.ts'
import type { PieceStore } from './storage/piece-store.ts'
import { filePriority } from './selection.ts'
import { skipped } from '../../protocol/file-priorities.ts'
import { refuseUnmounted } from './storage/mount-point.ts'
import type { SessionDisk } from './storage/session-disk.ts'
import { layoutOf, openDiskStore, openMemoryStore } from './torrent-store.ts'

/** A step that takes its time. */
export type Step = 'queued_for_checking' | 'checking_files' | 'allocating'

/** How far an opened torrent has come; `running` is divided further by what it has. */
export type Phase = Step | 'checking_resume_data' | 'downloading_metadata' | 'running'

export interface Preparation {
  readonly record: TorrentRecord
  readonly info: TorrentInfo
  /** What was proved in this process; absent until the files were looked at, and after a fault. */
  readonly bits: PieceBits | undefined
  readonly near: {
    readonly disk: SessionDisk
    readonly memory: MemoryBudget
    readonly hashes: HashClient
    readonly checks: CheckPlaces
  }
  readonly signal: AbortSignal
  /** Whether pieces that are lost are fetched again, and their folder may be made anew. */
  readonly acceptLoss: boolean
  /** Called with 0…1 while a step that takes its time goes on. */
  readonly onStep: (step: Step, progress: number | undefined) => void
}

/** An open place for pieces, and the files of it that there are. */
export interface OpenedContent {
  readonly store: PieceStore
  readonly identities: Identities
}

/**
 * Finds out which pieces are there. Rejects with the signal's reason when aborted, with `files_changed` when a
 * file changed while it was hashed, or with another disk code.
 */
export async function prove(preparation: Preparation): Promise<ResumeProof> {
  const { record, info, near, signal, onStep } = preparation
  if (record.storageMode === 'memory') {
    return { bits: new PieceBits(info), identities: new Map(), lost: [], isHashed: false }
  }
  const { disk, hashes, checks } = near
  const { saveFolder } = record
  const onProgress = (progress: number | undefined): void =>
    onStep(progress === undefined ? 'queued_for_checking' : 'checking_files', progress)
  const check: FileCheck = { disk, saveFolder, info, hashes, checks, signal, onProgress }
  const resume = resumeOf(preparation)
  const proof = resume ? await proveResume({ ...check, resume }) : await proveNew(check, preparation.bits)
  if (proof.isHashed) await refuseChanged(check, proof.identities)
  return proof
}

/** Without a checkpoint whatever lies there is looked at; `bits` were proved in this process. */
async function proveNew(check: FileCheck, bits: PieceBits | undefined): Promise<ResumeProof> {
  const identities = await identifyFiles(check)
  const found = bits ?? new PieceBits(check.info)
  const isHashed = bits === undefined && (await checkFiles(check, found, identities))
  return { bits: found, identities, lost: [], isHashed }
}

/** What somebody wrote while it was hashed would be believed, once our own writes make the file another. */
async function refuseChanged(check: FileCheck, before: Identities): Promise<void> {
  const after = await identifyFiles(check)
  for (const [index, then] of before) {
    if (isStill(then, after.get(index), false)) continue
    const path = check.info.files[index]?.safePath ?? ''
    throw new RestTorrentError('files_changed', `${path} changed while it was checked`)
  }
}

/** What this process has proved is more than its last checkpoint says, and may have been written by a crash. */
function resumeOf({ record: { resume }, bits }: Preparation): ResumeState | undefined {
  if (resume === undefined || bits === undefined) return resume
  return { checkpoint: { ...resume.checkpoint, bits: bits.copy() }, clean: false }
}

/** Reserves space where that is asked for, and opens the store. Rejects as `prove`. */
export async function openContent(preparation: Preparation, proof: ResumeProof): Promise<OpenedContent> {
  const { record, info, near, signal } = preparation
  const { bits } = proof
  signal.throwIfAborted()
  if (record.storageMode === 'memory') {
    return { store: openMemoryStore(info, near.memory), identities: new Map() }
  }
  const existing = new Set(filesWith(info, (piece) => bits.has(piece)))
  const mountPoint = preparation.acceptLoss || existing.size > 0 ? undefined : record.mountPoint
  if (mountPoint !== undefined) await refuseUnmounted(near.disk.operations, mountPoint)
  const isReserved = record.storageMode === 'allocate' && !bits.isComplete
  if (isReserved) await reserve(preparation)
  const store = await openDiskStore(record, info, near.disk, {
    existing,
    createRoot: existing.size === 0 && mayMakeRoot(preparation),
    mountPoint,
  })
  store.alsoSync(unsynced(preparation, bits))
  signal.throwIfAborted()
  const { disk } = near
  const { saveFolder } = record
  // reserving made files what they are now
  const identities = isReserved ? await identifyFiles({ info, disk, saveFolder }) : proof.identities
  return { store, identities }
}

/** A save path that held files and is gone may be a disk that is not mounted. */
function mayMakeRoot({ record, acceptLoss }: Preparation): boolean {
  return acceptLoss || (record.resume?.checkpoint.files.length ?? 0) === 0
}

/** Files with pieces that a worker before this one wrote and may not have synced. */
function unsynced({ record, info }: Preparation, bits: PieceBits): number[] {
  const synced = record.resume?.checkpoint.bits ?? new Uint8Array()
  return filesWith(info, (piece) => bits.has(piece) && !hasBit(synced, piece))
}

async function reserve(preparation: Preparation): Promise<void> {
  const { record, info, near, signal, onStep } = preparation
  onStep('allocating', 0)
  await allocate(near.disk.operations, {
    root: record.saveFolder,
    files: layoutOf(info).files.filter((_, index) => filePriority(index, record.options) !== skipped),
    createRoot: mayMakeRoot(preparation),
    signal,
    progress: (reserved, total) => onStep('allocating', reserved / total),
  })
}
