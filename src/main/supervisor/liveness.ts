/**
 * Whether a worker's own loop turns, told from how often its counter was bumped. Silence is counted in
 * polls, not in wall time: when main itself was late, one late poll is still one poll.
 */

export const pollMs = 250
const staleAfterPolls = 8
/** The last that comes within 10 s of the last beat. */
const deadAfterPolls = 39

export type Liveness = 'alive' | 'stale' | 'dead'

/** Follows one worker: 2 s without a beat is stale, 10 s is dead. */
export class LivenessWatch {
  #lastBeats = -1
  #silentPolls = 0

  /** Takes the counter as it stands at this poll. */
  poll(beats: number): Liveness {
    this.#silentPolls = beats === this.#lastBeats ? this.#silentPolls + 1 : 0
    this.#lastBeats = beats
    return this.current
  }

  get current(): Liveness {
    if (this.#silentPolls >= deadAfterPolls) return 'dead'
    return this.#silentPolls >= staleAfterPolls ? 'stale' : 'alive'
  }
}
