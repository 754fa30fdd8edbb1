/** Entry of a session worker that can end the process around its system calls and what it tells main. */
import { workerData, type MessagePort } from 'node:worker_threads'
import type { SessionEvent } from '../../src/protocol/session-rpc.ts'
import { doomCalls } from './doomed-calls.ts'
import { reach } from './fail-points.ts'

doomCalls('session', ['write', 'fsync', 'unlink'])

const { events } = workerData as { events: MessagePort }
const post = events.postMessage.bind(events)
events.postMessage = (event: SessionEvent) => {
  reach(`session before_${event.type}`)
  post(event)
  reach(`session after_${event.type}`)
}

await import(new URL('../../dist/worker-session.js', import.meta.url).href)
