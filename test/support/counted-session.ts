/** Entry of the real session worker that tells in memory that a test shares how many threads began with it, and how many of these have loaded the engine. */
import { getEnvironmentData } from 'node:worker_threads'
import { threadCountKey } from './thread-count.ts'

const [begun, loaded] = [0, 1]
const lookMs = 10
/** Nothing but the engine, and what is loaded with it, asks for it. */
const ofEngine = 'NativeModule tls'

const counters = new Int32Array(getEnvironmentData(threadCountKey) as SharedArrayBuffer)
Atomics.add(counters, begun, 1)

const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] }
const looks = setInterval(() => {
  if (!moduleLoadList.includes(ofEngine)) return
  clearInterval(looks)
  Atomics.add(counters, loaded, 1)
}, lookMs)

await import(new URL('../../dist/worker-session.js', import.meta.url).href)
