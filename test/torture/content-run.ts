/** A download as a session makes it, without peers: prove, open, write, checkpoint, close. */
import { noCounters } from '../../src/protocol/counters.ts'
import type { ResumeState } from '../../src/protocol/records.ts'
import { RestTorrentError } from '../../src/protocol/errors.ts'
import type { StorageMode } from '../../src/protocol/torrent.ts'
import { openContent, prove, type Preparation } from '../../src/worker/session/prepare-content.ts'
import { Checkpointer } from '../../src/worker/session/resume/checkpointer.ts'
import { diskError } from '../../src/worker/session/storage/disk-error.ts'
import { DiskPieceStore } from '../../src/worker/session/storage/disk-piece-store.ts'
import { MemoryBudget } from '../../src/worker/session/storage/memory-piece-store.ts'
import { torrentRecord } from '../support/torrent-record.ts'
import type { ResumeFixture } from '../worker/resume/fixture.ts'

const piecesBetween = 3

export interface DownloadOptions {
  readonly storageMode: StorageMode
  readonly resume: ResumeState | undefined
  /** Pieces in the order in which they come. */
  readonly order: readonly number[]
}

/** Fetches what is missing, with a checkpoint now and then. Rejects with a disk code, and is closed then too. */
export async function download(torrent: ResumeFixture, options: DownloadOptions): Promise<void> {
  const { info, disk, hashes, checks, root } = torrent
  const preparation: Preparation = {
    record: torrentRecord({
      saveFolder: root,
      storageMode: options.storageMode,
      memoryOnly: false,
      resume: options.resume,
    }),
    info,
    bits: undefined,
    near: { disk, hashes, checks, memory: new MemoryBudget(0) },
    signal: new AbortController().signal,
    acceptLoss: true,
    onStep: () => undefined,
  }
  try {
    const proof = await prove(preparation)
    const { store, identities } = await openContent(preparation, proof)
    if (!(store instanceof DiskPieceStore)) throw new Error('not on disk')
    const { bits } = proof
    const post = torrent.told.push.bind(torrent.told)
    const counters = () => ({ ...noCounters, downloaded: bits.bytes })
    const checkpointer = new Checkpointer({ info, bits, store, identities, counters, post })
    try {
      await checkpointer.run()
      let written = 0
      for (const piece of options.order.filter((index) => !bits.has(index))) {
        await torrent.write(store, bits, [piece])
        written += 1
        if (written % piecesBetween === 0) await checkpointer.run()
      }
    } finally {
      await store.close()
      await checkpointer.run(true)
    }
  } finally {
    await disk.close()
  }
}

/** The code of what a download failed with; what is no fault of a disk passes through. */
export function codeOfFault(thrown: unknown): string {
  const error = diskError(thrown, 'use', 'here')
  if (error instanceof RestTorrentError) return error.code
  throw thrown
}
