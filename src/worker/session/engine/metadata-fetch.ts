/** One peer's metadata on its way: what was asked for, what came, and how long the peer has been silent. */
import { metadataBlockLength, metadataBlockSize } from '../../../protocol/metadata-message.ts'

const mostAsked = 8
const silenceMs = 20_000
/** A peer that has no metadata yet, or none to spare, is asked again; this long after and so many times. */
const askAgainMs = 10_000
const mostRefusals = 6
/** Messages that answer nothing which is still open: those that crossed ours on the way. */
const mostUnasked = 64

export interface FetchCalls {
  ask(piece: number): void
  /** Every block is there; nothing was checked. */
  onWhole(rawInfo: Uint8Array): void
  /** The peer was asked and says nothing. */
  onSilence(): void
  /** It waits: somebody else may be asked. */
  onRest(): void
}

export class MetadataFetch {
  readonly #length: number
  readonly #calls: FetchCalls
  readonly #blocks: (Uint8Array | undefined)[] = []
  readonly #asked = new Set<number>()
  #arrived = 0
  #next = 0
  #refusals = 0
  #unasked = 0
  #timer: NodeJS.Timeout | undefined
  #state: 'waiting' | 'running' | 'resting' | 'stopped' = 'waiting'

  constructor(length: number, calls: FetchCalls) {
    this.#length = length
    this.#calls = calls
  }

  get isRunning(): boolean {
    return this.#state === 'running'
  }

  /** Whether it began to ask just now. */
  start(): boolean {
    if (this.#state !== 'waiting') return false
    this.#state = 'running'
    this.#ask()
    return true
  }

  stop(): void {
    this.#state = 'stopped'
    clearTimeout(this.#timer)
  }

  /** Takes a block; false where the peer breaks the rules with it. */
  take(piece: number, totalLength: number, block: Uint8Array): boolean {
    if (totalLength !== this.#length) return false
    if (!this.#asked.delete(piece)) return ++this.#unasked <= mostUnasked
    if (this.#blocks[piece] === undefined) this.#arrived += 1
    this.#blocks[piece] = block.slice()
    if (this.#arrived < this.#count) this.#ask()
    else this.#calls.onWhole(this.#joined())
    return true
  }

  /** The peer will not send a block; false where it was not asked for one, too often. */
  refused(piece: number): boolean {
    if (!this.#asked.delete(piece)) return ++this.#unasked <= mostUnasked
    if (++this.#refusals > mostRefusals) return false
    this.#next = Math.min(piece, ...this.#asked)
    this.#asked.clear()
    this.#state = 'resting'
    this.#after(askAgainMs, () => {
      this.#state = 'waiting'
      this.#calls.onRest()
    })
    this.#calls.onRest()
    return true
  }

  get #count(): number {
    return Math.ceil(this.#length / metadataBlockLength)
  }

  #ask(): void {
    for (; this.#asked.size < mostAsked && this.#next < this.#count; this.#next += 1) {
      if (this.#blocks[this.#next] !== undefined) continue
      this.#asked.add(this.#next)
      this.#calls.ask(this.#next)
    }
    this.#after(silenceMs, () => this.#calls.onSilence())
  }

  #after(ms: number, then: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(then, ms).unref()
  }

  #joined(): Uint8Array {
    this.stop()
    const joined = new Uint8Array(this.#length)
    this.#blocks.forEach((block, piece) => {
      const length = metadataBlockSize(this.#length, piece)
      if (block) joined.set(block.subarray(0, length), piece * metadataBlockLength)
    })
    return joined
  }
}
