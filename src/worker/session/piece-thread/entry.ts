/**
 * Entry of a piece thread: hashes and writes the pieces of one session that fetches fast. It decides nothing
 * and opens nothing; what it cannot write, the session's thread tries again and hears why.
 */
import { hash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { PieceAnswer, PieceJob } from './piece-jobs.ts'

/** A longer write takes larger stretches of memory than each core keeps at hand, see `write-in-steps.ts`. */
const stepLength = 32 * 1024

parentPort?.on('message', (job: PieceJob) => parentPort?.postMessage(answer(job)))

function answer(job: PieceJob): PieceAnswer {
  if ('hash' in job) return { id: job.id, hashes: job.hash.map((piece) => hash('sha1', piece, 'hex')) }
  return { id: job.id, isWritten: isWritten(job.fd, job.write, job.position) }
}

function isWritten(fd: number, bytes: Uint8Array, position: number): boolean {
  try {
    for (let at = 0; at < bytes.length;)
      at += writeSync(fd, bytes, at, Math.min(stepLength, bytes.length - at), position + at)
    return true
  } catch {
    return false
  }
}
