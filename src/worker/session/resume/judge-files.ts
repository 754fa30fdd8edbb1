/**
 * What a checkpoint's identities say of the files as they are now. Pure: it decides which files are trusted,
 * which are judged by a sample, and which are hashed.
 */
import type { FileIdentity } from '../../../protocol/records.ts'
import type { Identity } from '../storage/identity.ts'

/**
 * `same`: trusted. `written`: it was open for writing when the process died and looks like its own
 * continuation, so a sample decides. `changed`: somebody else touched it. `vanished`: it was there.
 */
export type Judgement = 'same' | 'written' | 'changed' | 'vanished'

export interface SeenFiles {
  /** By the file's index in the metainfo. */
  readonly recorded: ReadonlyMap<number, FileIdentity>
  readonly openForWriting: ReadonlySet<number>
  /** Whether the run that wrote the checkpoint ended in order. */
  readonly clean: boolean
}

/** Judges one file by its index and what is in its place now. */
export function judgeFile(index: number, now: Identity | undefined, seen: SeenFiles): Judgement {
  const then = seen.recorded.get(index)
  if (then === undefined) {
    // nothing of it was claimed: what a run that died wrote after its last checkpoint is not believed
    return now === undefined || !seen.clean ? 'same' : 'changed'
  }
  if (now === undefined) return 'vanished'
  if (now.ino === then.ino && now.size === then.size && now.mtimeNs === then.mtimeNs) return 'same'
  const isContinued = now.ino === then.ino && now.size >= then.size && now.mtimeNs >= then.mtimeNs
  return !seen.clean && isContinued && seen.openForWriting.has(index) ? 'written' : 'changed'
}
