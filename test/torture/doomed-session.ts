/**
 * Entry of a session worker that can end the process around its system calls and what it tells main. The
 * built worker has its own copy of every module of ours, but not of Node's: there it is observed.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { workerData, type MessagePort } from 'node:worker_threads'
import type { SessionEvent } from '../../src/protocol/session-rpc.ts'
import { reach } from './fail-points.ts'

type Call = (...parameters: unknown[]) => void

const calls = fs as unknown as Record<string, Call>
for (const name of ['write', 'fsync', 'unlink']) {
  const original = calls[name]
  calls[name] = (...parameters) => {
    reach(`session before_${name}`)
    const done = parameters.pop() as Call
    original?.(...parameters, (...answer: unknown[]) => {
      reach(`session after_${name}`)
      done(...answer)
    })
  }
}
syncBuiltinESMExports()

const { events } = workerData as { events: MessagePort }
const post = events.postMessage.bind(events)
events.postMessage = (event: SessionEvent) => {
  reach(`session before_${event.type}`)
  post(event)
  reach(`session after_${event.type}`)
}

await import(new URL('../../dist/worker-session.js', import.meta.url).href)
