/**
 * Work of main that could take long, done a millisecond at a time, so that nothing else waits for it:
 * of all such work one slice is done in each turn of the loop.
 */
import { RestTorrentError } from '../../protocol/errors.ts'

/** Work that yields after every small step, each well under a millisecond. */
export type Steps<T> = Generator<undefined, T>

const sliceMs = 1
const mostWaiting = 200

export class TimeSlices {
  /** Each does a slice of its work and tells whether that was the last. */
  readonly #waiting: (() => boolean)[] = []

  /** Gives the result at once where one slice is enough. Throws `overloaded` where too much waits already. */
  run<T>(steps: Steps<T>): T | Promise<T> {
    if (this.#waiting.length === 0) {
      const { done, value } = slice(steps)
      if (done === true) return value
    }
    if (this.#waiting.length >= mostWaiting)
      throw new RestTorrentError('overloaded', `more than ${mostWaiting} lists are being made`)
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const next = (): boolean => {
      try {
        const { done, value } = slice(steps)
        if (done === true) resolve(value)
        return done === true
      } catch (error) {
        reject(error)
        return true
      }
    }
    if (this.#waiting.push(next) === 1) setImmediate(() => this.#turn())
    return promise
  }

  /** In turn, so that a long one holds no short one up. */
  #turn(): void {
    const next = this.#waiting[0]
    const isDone = next?.() ?? true
    this.#waiting.shift()
    if (next !== undefined && !isDone) this.#waiting.push(next)
    if (this.#waiting.length > 0) setImmediate(() => this.#turn())
  }
}

function slice<T>(steps: Steps<T>): IteratorResult<undefined, T> {
  const end = performance.now() + sliceMs
  for (;;) {
    const result = steps.next()
    if (result.done === true || performance.now() >= end) return result
  }
}
