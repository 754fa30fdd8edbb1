/** What session workers of this process have come to, see `counted-session.ts`. */
import { setEnvironmentData } from 'node:worker_threads'

/** Key of the environment data that holds the counters. */
export const threadCountKey = 'session threads'

/** An entry of session workers, how many threads began with it so far, and how many of them have loaded the engine. */
export function countedSession(): {
  readonly entry: URL
  readonly begun: () => number
  readonly loaded: () => number
} {
  const counters = new Int32Array(new SharedArrayBuffer(8))
  setEnvironmentData(threadCountKey, counters.buffer)
  return {
    entry: new URL('./counted-session.ts', import.meta.url),
    begun: () => Atomics.load(counters, 0),
    loaded: () => Atomics.load(counters, 1),
  }
}
