/** A thread with the code of session workers, from its birth to its end; which session it runs it is told later. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads'
import type { SessionThreadData } from '../../protocol/session-rpc.ts'
import type { HostExit } from './session-host.ts'

/** Old-generation heap of a session's thread. Buffers are outside of it. */
const heapLimitMb = 512
/** The same in bytes. */
export const heapLimit = heapLimitMb * 1024 * 1024

export interface SessionThread {
  readonly worker: Worker
  /** It is told its `SessionBoot` here, once, and tells its events. What is told and not heard yet waits. */
  readonly events: MessagePort
  /** Settles when the thread has ended, for whatever reason; never rejects. */
  readonly ended: Promise<HostExit>
}

/** Starts a thread from `entry`; a spare one loads all of its code while it waits for its session. */
export function startSessionThread(entry: URL, isSpare = false): SessionThread {
  const { port1, port2 } = new MessageChannel()
  const workerData: SessionThreadData = { events: port2, isSpare }
  const worker = new Worker(entry, {
    workerData,
    transferList: [port2],
    resourceLimits: { maxOldGenerationSizeMb: heapLimitMb },
    stdout: true,
    stderr: true,
    name: 'session',
  })
  let thrown: HostExit['error']
  worker.on('error', (error: unknown) => {
    thrown = error instanceof Error ? { message: error.message, stack: error.stack } : describe(error)
  })
  const ended = new Promise<HostExit>((resolve) => {
    worker.once('exit', () => resolve({ error: thrown }))
  })
  return { worker, events: port1, ended }
}

function describe(thrown: unknown): { message: string; stack: undefined } {
  return { message: typeof thrown === 'string' ? thrown : `thrown: ${typeof thrown}`, stack: undefined }
}
