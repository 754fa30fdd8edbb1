/** Entry of a piece thread: hashes the pieces of one session that fetches fast. It decides nothing and opens nothing. */
import { hash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { hashLast } from '../priority.ts'
import type { PieceAnswer, PieceJob } from './piece-jobs.ts'

hashLast()

parentPort?.on('message', ({ id, pieces }: PieceJob) => {
  const answer: PieceAnswer = { id, hashes: pieces.map((piece) => hash('sha1', piece, 'hex')) }
  parentPort?.postMessage(answer)
})
