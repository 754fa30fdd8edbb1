/**
 * Proves the bits of a checkpoint against the files as they are: what is the same is taken, what was being
 * written when the process died is judged by a sample, what was touched by others is hashed. Nothing is
 * hashed to find pieces that were never claimed in files that are the same.
 */
import type { ResumeState } from '../../../protocol/records.ts'
import type { TorrentInfo } from '../../../protocol/torrent-info.ts'
import type { FileCheck } from '../check-files.ts'
import { PieceBits } from '../piece-bits.ts'
import { hashPieces, hashRanges, type PieceRange } from '../piece-hashing.ts'
import { piecesIn, piecesOf } from './file-pieces.ts'
import { identifyFiles, type Identities } from './identify-files.ts'
import { judgeFile, type Judgement } from './judge-files.ts'
import { isOnDisk } from '../storage/layout.ts'

/** Claimed pieces that are hashed of a file that was being written. */
const sampleSize = 8

export interface ResumeCheck extends FileCheck {
  readonly resume: ResumeState
  readonly random?: () => number
}

export interface ResumeProof {
  readonly bits: PieceBits
  /** Paths, relative to the save path, of files that lost claimed pieces to somebody else. */
  readonly lost: readonly string[]
  /** As the files were before anything of them was hashed. */
  readonly identities: Identities
  /** Whether anything of them was hashed in full. */
  readonly isHashed: boolean
}

/** Rejects with a disk code, or with the signal's reason when aborted. */
export async function proveResume(check: ResumeCheck): Promise<ResumeProof> {
  const { info, resume } = check
  const claimed = PieceBits.copyOf(info, resume.checkpoint.bits)
  const identities = await identifyFiles(check)
  const seen = {
    recorded: new Map(resume.checkpoint.files.map((file) => [file.index, file])),
    openForWriting: new Set(resume.checkpoint.openForWriting),
    clean: resume.clean,
  }
  const judged = new Map<number, Judgement>()
  for (const { index } of info.files.filter(isOnDisk)) {
    judged.set(index, judgeFile(index, identities.get(index), seen))
  }
  await judgeBySample(check, claimed, judged)
  return { ...(await rehash(check, claimed, judged)), identities }
}

/** A file whose sample does not match is checked in full. */
async function judgeBySample(
  check: ResumeCheck,
  claimed: PieceBits,
  judged: Map<number, Judgement>,
): Promise<void> {
  for (const [index, judgement] of judged) {
    const file = check.info.files[index]
    if (judgement !== 'written' || file === undefined) continue
    const pieces = pick(claimedOf(check.info, file, claimed), sampleSize, check.random ?? Math.random)
    for (const piece of pieces) {
      const [matches] = await hashPieces(check, piece, 1)
      if (matches !== 1) {
        judged.set(index, 'changed')
        break
      }
    }
  }
}

/** Keeps the bits of trusted files, and hashes every piece that a changed file takes part in. */
async function rehash(
  check: ResumeCheck,
  claimed: PieceBits,
  judged: ReadonlyMap<number, Judgement>,
): Promise<Omit<ResumeProof, 'identities'>> {
  const { info } = check
  const touched = [...judged].filter(([, is]) => is === 'changed' || is === 'vanished')
  const doubtful = piecesIn(
    info,
    touched.map(([index]) => index),
  )
  const bits = PieceBits.without(info, claimed, doubtful)
  const ranges = runsOf([...doubtful].sort((a, b) => a - b))
  const isHashed = await hashRanges(check, ranges, bits, check.onProgress)
  return { bits, lost: lostFiles(check, claimed, bits, judged), isHashed }
}

function runsOf(pieces: readonly number[]): PieceRange[] {
  const runs: PieceRange[] = []
  for (const piece of pieces) {
    const last = runs.at(-1)
    if (last?.[1] === piece) runs[runs.length - 1] = [last[0], piece + 1]
    else runs.push([piece, piece + 1])
  }
  return runs
}

/** What a run that died did not get to write is no loss to tell of: it is fetched again. */
function lostFiles(
  { info, resume }: ResumeCheck,
  claimed: PieceBits,
  bits: PieceBits,
  judged: ReadonlyMap<number, Judgement>,
): string[] {
  const wasWriting = new Set(resume.clean ? [] : resume.checkpoint.openForWriting)
  return info.files
    .filter((file) => {
      const judgement = judged.get(file.index)
      if (judgement === 'vanished') return claimedOf(info, file, claimed).length > 0
      if (judgement !== 'changed' || wasWriting.has(file.index)) return false
      return claimedOf(info, file, claimed).some((piece) => !bits.has(piece))
    })
    .map(({ safePath }) => safePath)
}

function claimedOf(
  info: TorrentInfo,
  file: { offset: number; length: number },
  claimed: PieceBits,
): number[] {
  const [first, end] = piecesOf(info, file)
  return Array.from({ length: end - first }, (_, i) => first + i).filter((piece) => claimed.has(piece))
}

function pick(pieces: readonly number[], count: number, random: () => number): number[] {
  if (pieces.length <= count) return [...pieces]
  return Array.from({ length: count }, () => pieces[Math.floor(random() * pieces.length)] ?? 0)
}
