/** How many ranges the sessions of this process have asked to be hashed. */
import { setEnvironmentData } from 'node:worker_threads'

export const hashCountKey = 'hash count'

const shared = new SharedArrayBuffer(4)

/** Entry of session workers that are counted. */
export function countingSession(): URL {
  setEnvironmentData(hashCountKey, shared)
  return new URL('./counting-session.ts', import.meta.url)
}

/** Hash requests so far. */
export function hashRequests(): number {
  return Atomics.load(new Int32Array(shared), 0)
}
