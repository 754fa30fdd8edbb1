/** Runs the store worker in its thread. `exit` of the thread is the single end of every call to it. */
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import type { StoreApi, StoreBoot } from '../../protocol/store-rpc.ts'
import { connectRpc, type Rpc } from './rpc.ts'
import type { HostExit } from './session-host.ts'

/** One run of the store worker. */
export interface StoreThread {
  readonly rpc: Rpc<StoreApi>
  /** Settles when the thread has ended, for whatever reason; never rejects. */
  readonly exited: Promise<HostExit>
  /** Ends the thread at once; the system takes its lock back. Settles with `exited`. */
  terminate(): Promise<HostExit>
}

/** Starts the store worker from `entry`; `onOutput` gets each line that it writes. */
export function startStoreThread(entry: URL, boot: StoreBoot, onOutput: (line: string) => void): StoreThread {
  const worker = new Worker(entry, { workerData: boot, stdout: true, stderr: true, name: 'store' })
  const rpc = connectRpc<StoreApi>(worker)
  for (const stream of [worker.stdout, worker.stderr]) createInterface({ input: stream }).on('line', onOutput)
  let thrown: HostExit['error']
  worker.on('error', (error: unknown) => {
    thrown =
      error instanceof Error
        ? { message: error.message, stack: error.stack }
        : { message: `thrown: ${typeof error}`, stack: undefined }
  })
  const exited = new Promise<HostExit>((resolve) => {
    worker.once('exit', () => {
      rpc.close('the store worker ended')
      resolve({ error: thrown })
    })
  })
  return {
    rpc,
    exited,
    terminate: async () => {
      void worker.terminate()
      return await exited
    },
  }
}
