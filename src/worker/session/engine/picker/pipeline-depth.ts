const blockLength = 16 * 1024
/** Enough to fill a path until its rate is known. */
const floor = 64
/** What peers take that do not tell their `reqq`. */
const usualQueue = 250
/** On top of the path's own delay: peers read their disks and send in pulses of up to half a second. */
const slackMs = 1000
/** The slack of a peer that is so fast that it has no such pulses; what is on its way has to fit into memory. */
const mostSlack = 8 * 1024 * 1024
/** Span of one sample of the rate. */
const sampleMs = 250
/** How much a sample counts against what was measured before, when the rate falls. */
const falling = 0.3

/**
 * How many blocks to ask one peer for ahead of what it sent: what its measured rate brings within the delay
 * of the path, never more than the peer queues. It is told the time, in milliseconds from any point.
 */
export class PipelineDepth {
  #delayMs = Infinity
  #rate = 0
  #sampleBytes = 0
  #sampleAt: number | undefined
  #heardAt = 0

  /** Bytes came that were asked for at `askedAt`. */
  arrived(bytes: number, askedAt: number, now: number): void {
    this.#delayMs = Math.min(this.#delayMs, now - askedAt)
    this.#sampleAt ??= askedAt
    this.#heardAt = now
    this.#sampleBytes += bytes
    const spanMs = now - this.#sampleAt
    if (spanMs < sampleMs) return
    const sample = this.#sampleBytes / spanMs
    this.#rate = sample > this.#rate ? sample : this.#rate + (sample - this.#rate) * falling
    this.#sampleAt = now
    this.#sampleBytes = 0
  }

  /**
   * The next blocks are asked after a time without requests: that time says nothing of the rate. What came before
   * does, or the depth would stay where a peer that is faster than it can never show how fast it is.
   */
  resume(now: number): void {
    if (this.#sampleAt !== undefined) this.#sampleAt += now - this.#heardAt
    this.#heardAt = now
  }

  /** Blocks that may be asked for and not yet have come; `reqq` as the peer told it, in whatever form. */
  blocks(reqq: unknown): number {
    const most = typeof reqq === 'number' && reqq >= 1 ? Math.floor(reqq) : usualQueue
    const delayMs = this.#delayMs === Infinity ? 0 : this.#delayMs
    const ahead = this.#rate * delayMs + Math.min(this.#rate * slackMs, mostSlack)
    return Math.min(most, Math.max(floor, Math.ceil(ahead / blockLength)))
  }
}
