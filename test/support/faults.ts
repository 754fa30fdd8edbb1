/** Faults that a session worker of `faulty-session.ts` can be told to have. In this process only. */
import { BroadcastChannel, setEnvironmentData } from 'node:worker_threads'

export type Fault = 'throw' | 'reject' | 'exit' | 'loop' | 'heap' | 'silent' | 'disk'

/** Which session shall fail and how; `silent` ends by itself after `ms`, `disk` when `path` can be opened. */
export interface FaultOrder {
  readonly sessionId: string
  readonly fault: Fault
  readonly ms?: number
  readonly path?: string
}

/** Where the thread of a session hears its orders. */
export const faultChannel = (sessionId: string): string => `faults of ${sessionId}`
/** Key of the environment data that names the torrent whose opening throws. */
export const crashOnKey = 'crash on'
/** Key of the environment data that names the built entry of session workers. */
export const realEntryKey = 'entry of session workers'

/** Entry of a session worker that obeys orders; from now on, one that opens `crashOn` throws in the midst. */
export function faultySession(crashOn?: string): URL {
  setEnvironmentData(crashOnKey, crashOn)
  setEnvironmentData(realEntryKey, new URL('../../dist/worker-session.js', import.meta.url).href)
  return new URL('./faulty-session.ts', import.meta.url)
}

/** Gives an order; a session whose worker is away does not hear it. */
export function order(fault: FaultOrder): void {
  const channel = new BroadcastChannel(faultChannel(fault.sessionId))
  channel.postMessage(fault)
  channel.close()
}
