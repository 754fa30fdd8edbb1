/**
 * Has the pieces of a session that fetches fast hashed by a thread of its own, beside the one that hears its peers.
 * It is there only while much comes in. Where it is not, or does not answer in time, pieces are hashed at once.
 */
import { hash } from 'node:crypto'
import { SHARE_ENV, Worker } from 'node:worker_threads'
import type { PieceAnswer, PieceJob } from './piece-jobs.ts'

const entry = new URL(
  import.meta.url.endsWith('.ts') ? '../../../../dist/worker-pieces.js' : './worker-pieces.js',
  import.meta.url,
)
/** It is started where so much is to be hashed within so long. */
const startBytes = 8 * 1024 * 1024
const startWithinMs = 250
/** It is ended when nothing was to be done for so long. */
const idleMs = 10_000
/** What is asked for while it has not answered for so long goes another way. */
const lateMs = 100

type Hashed = (digest: string) => void

interface Piece {
  readonly bytes: Uint8Array
  readonly done: Hashed
}

interface Pending {
  readonly since: number
  readonly pieces: readonly Piece[]
}

export class PieceThread {
  readonly #entry: URL
  #worker: Worker | undefined
  #isUp = false
  #isBroken = false
  /** What it was asked for, that longest ago first. */
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  /** Pieces that came in this turn of the loop. */
  #batch: Piece[] = []
  #countedSince = -Infinity
  #counted = 0
  #wasUsed = false

  /** `url`: the entry of the thread. */
  constructor(url: URL = entry) {
    this.#entry = url
  }

  /** It was started and has not ended. */
  get isThere(): boolean {
    return this.#worker !== undefined
  }

  /** It takes work now. */
  get isReady(): boolean {
    if (!this.#isUp) return false
    const [oldest] = this.#pending.values()
    return oldest === undefined || performance.now() - oldest.since < lateMs
  }

  /** Gives the SHA-1 of a piece in hex, in this turn where the thread does not run. The bytes must not change. */
  hash(bytes: Uint8Array, done: Hashed): void {
    this.#count(bytes.length)
    if (!this.isReady || !(bytes.buffer instanceof SharedArrayBuffer)) return done(digestOf(bytes))
    this.#batch.push({ bytes, done })
    if (this.#batch.length === 1) setImmediate(() => this.#hashBatch())
  }

  /** Starts the thread, which takes work some time later: see `isReady`. */
  start(): void {
    if (this.#worker !== undefined || this.#isBroken) return
    const worker = new Worker(this.#entry, {
      name: 'pieces',
      env: SHARE_ENV,
      trackUnmanagedFds: false,
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
    })
    this.#worker = worker
    const unused = setInterval(() => this.#endUnused(), idleMs).unref()
    worker.once('online', () => (this.#isUp = true))
    worker.on('message', (answer: PieceAnswer) => {
      const pending = this.#pending.get(answer.id)
      this.#pending.delete(answer.id)
      if (this.#pending.size === 0) worker.unref()
      for (const [at, { done }] of (pending?.pieces ?? []).entries()) done(answer.hashes[at] ?? '')
    })
    worker.once('error', (error: unknown) => {
      this.#isBroken = true
      console.error(error)
    })
    worker.once('exit', () => {
      clearInterval(unused)
      this.#ended()
    })
    worker.unref() // who listens to it would be kept
  }

  /** Ends the thread; what it was asked for is done without it. */
  stop(): void {
    void this.#worker?.terminate()
  }

  #hashBatch(): void {
    const pieces = this.#batch
    this.#batch = []
    if (this.#worker === undefined) return hashHere(pieces)
    this.#wasUsed = true
    const id = ++this.#lastId
    if (this.#pending.size === 0) this.#worker.ref() // what is asked for is waited for, as other operations are
    this.#pending.set(id, { since: performance.now(), pieces })
    this.#worker.postMessage({ id, pieces: pieces.map(({ bytes }) => bytes) } satisfies PieceJob)
  }

  #count(bytes: number): void {
    if (this.#worker !== undefined) return
    const now = performance.now()
    if (now - this.#countedSince > startWithinMs) {
      this.#countedSince = now
      this.#counted = 0
    }
    this.#counted += bytes
    if (this.#counted >= startBytes) this.start()
  }

  #ended(): void {
    this.#worker = undefined
    this.#isUp = false
    const left = [...this.#pending.values()]
    this.#pending.clear()
    for (const { pieces } of left) hashHere(pieces)
  }

  #endUnused(): void {
    if (!this.#wasUsed && this.#pending.size === 0) this.stop()
    this.#wasUsed = false
  }
}

/** That of this thread's session. */
export const pieceThread = new PieceThread()

function hashHere(pieces: readonly Piece[]): void {
  for (const { bytes, done } of pieces) done(digestOf(bytes))
}

function digestOf(bytes: Uint8Array): string {
  return hash('sha1', bytes, 'hex')
}
