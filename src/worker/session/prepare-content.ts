/** Everything that comes before peers: which pieces are on disk, space, and the store. */
import type { TorrentRecord } from '../../protocol/records.ts'
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import { checkFiles } from './check-files.ts'
import type { HashClient } from './hash-client.ts'
import { PieceBits } from './piece-bits.ts'
import { allocate } from './storage/allocate.ts'
import type { MemoryBudget } from './storage/memory-piece-store.ts'
import type { PieceStore } from './storage/piece-store.ts'
import type { SessionDisk } from './storage/session-disk.ts'
import { layoutOf, openStore } from './torrent-store.ts'

export interface Preparation {
  readonly record: TorrentRecord
  readonly info: TorrentInfo
  /** What was proved before; absent until the files were looked at once. */
  readonly bits: PieceBits | undefined
  readonly near: { readonly disk: SessionDisk; readonly memory: MemoryBudget; readonly hashes: HashClient }
  readonly signal: AbortSignal
  /** Called with 0…1 while a step that takes its time goes on. */
  readonly onStep: (step: 'checking_files' | 'allocating', progress: number) => void
}

/** Rejects with the signal's reason when aborted, or with a disk code. */
export async function prepareContent(
  preparation: Preparation,
): Promise<{ bits: PieceBits; store: PieceStore }> {
  const { record, info, near, signal } = preparation
  const bits = await proveBits(preparation)
  signal.throwIfAborted()
  if (record.storageMode === 'allocate' && !bits.isComplete) await reserve(preparation)
  const store = await openStore(record, info, near, !bits.isEmpty)
  signal.throwIfAborted()
  return { bits, store }
}

async function proveBits({ record, info, bits, near, signal, onStep }: Preparation): Promise<PieceBits> {
  if (record.storageMode === 'memory') return new PieceBits(info)
  if (bits !== undefined) return bits
  const found = new PieceBits(info)
  const { disk, hashes } = near
  const onProgress = (progress: number): void => onStep('checking_files', progress)
  await checkFiles({ disk, saveFolder: record.saveFolder, info, hashes, signal, onProgress }, found)
  return found
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
