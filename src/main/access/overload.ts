/** Whether the API's thread has been too busy, so that what can wait is refused and what cannot is answered. */
import { performance } from 'node:perf_hooks'
import { RestTorrentError } from '../../protocol/errors.ts'

const sampleMs = 250
const windowSamples = 4
const tooBusy = 0.9

type Utilization = ReturnType<typeof performance.eventLoopUtilization>

export class Overload {
  readonly #samples: Utilization[] = [performance.eventLoopUtilization()]
  readonly #timer: NodeJS.Timeout
  #isOverloaded = false

  constructor() {
    this.#timer = setInterval(() => this.#sample(), sampleMs)
    this.#timer.unref()
  }

  /** Throws `overloaded` when the loop was busy over 0.9 of the last second. */
  refuse(what: string): void {
    if (!this.#isOverloaded) return
    throw new RestTorrentError('overloaded', `${what}: the server is too busy at the moment`)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #sample(): void {
    const now = performance.eventLoopUtilization()
    this.#samples.push(now)
    if (this.#samples.length <= windowSamples) return
    const before = this.#samples.shift()
    this.#isOverloaded = performance.eventLoopUtilization(now, before).utilization > tooBusy
  }
}
