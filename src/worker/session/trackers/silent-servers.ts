/**
 * Remembers which tracker servers let every question run into its deadline, so that thousands of torrents
 * do not each wait for them and hold back announces to trackers that answer.
 */
import type { Clock } from './clock.ts'
import { retryMs } from './intervals.ts'

const slowMs = 4000
const tolerated = 3

interface Silence {
  failures: number
  until: number
}

/** The silent servers of one session. */
export class SilentServers {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #silences = new Map<string, Silence>()

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  /** Whether a server may be asked now; while one is silent, one question at a time finds out. */
  mayAsk(server: string): boolean {
    const silence = this.#silences.get(server)
    if (silence === undefined || silence.failures < tolerated) return true
    const now = this.#clock.now()
    if (now < silence.until) return false
    silence.until = now + retryMs(1, this.#random)
    return true
  }

  /** The server answered, or refused at once. */
  answered(server: string): void {
    this.#silences.delete(server)
  }

  /** A question failed after `tookMs`; only slow failures count as silence. */
  failed(server: string, tookMs: number): void {
    if (tookMs < slowMs) return this.answered(server)
    const silence = this.#silences.get(server) ?? { failures: 0, until: 0 }
    silence.failures += 1
    const excess = Math.max(1, silence.failures - tolerated + 1)
    silence.until = this.#clock.now() + retryMs(excess, this.#random)
    this.#silences.set(server, silence)
  }
}
