/** Entry of the real session worker that counts what it asks to be hashed, in memory that a test shares. */
import { getEnvironmentData, workerData, type MessagePort } from 'node:worker_threads'
import type { SessionEvent } from '../../src/protocol/session-rpc.ts'
import { hashCountKey } from './hash-count.ts'

const { events } = workerData as { events: MessagePort }
const counter = new Int32Array(getEnvironmentData(hashCountKey) as SharedArrayBuffer)
const post = events.postMessage.bind(events)
events.postMessage = (event: SessionEvent) => {
  if (event.type === 'hash_request') Atomics.add(counter, 0, 1)
  post(event)
}

await import(new URL('../../dist/worker-session.js', import.meta.url).href)
