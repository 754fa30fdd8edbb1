/** Entry of a session worker that fails as it is told and is the real one otherwise, see `faults.ts`. */
import { open } from 'node:fs'
import { BroadcastChannel, getEnvironmentData, workerData, type MessagePort } from 'node:worker_threads'
import type { SessionBoot, SessionEvent } from '../../src/protocol/session-rpc.ts'
import { crashOnKey, faultChannel, realEntryKey, type Fault, type FaultOrder } from './faults.ts'

const megabyteOfDoubles = 1024 * 128
const [heapAtOnce, heapStepMs] = [250, 50] // then 1 MB each step: 20 MB/s

const { events } = workerData as { events: MessagePort }
const held: number[][] = []

const faults: Record<Fault, (ms: number, path: string) => void> = {
  throw: (): never => {
    throw new Error('thrown as asked')
  },
  reject: () => void Promise.reject(new Error('rejected as asked')),
  exit: () => process.exit(3),
  loop: () => {
    for (;;);
  },
  heap: () => {
    for (let at = 0; at < heapAtOnce; at += 1) hold()
    setInterval(hold, heapStepMs)
  },
  silent: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  disk: (_ms, path) => open(path, 'r', () => undefined),
}

function hold(): void {
  held.push(new Array<number>(megabyteOfDoubles).fill(0.5))
}

const once = events.once.bind(events)
events.once = (name: string, begin: (boot: never) => void) =>
  once(name, (boot: SessionBoot) => {
    obey(boot.sessionId)
    begin(boot as never)
  })

/** On a channel of its own: what hears an order, a thread loads at the first. */
function obey(sessionId: string): void {
  const orders = new BroadcastChannel(faultChannel(sessionId))
  orders.unref()
  orders.onmessage = (message: unknown) => {
    const { fault, ms = Infinity, path = '' } = (message as { data: FaultOrder }).data
    setImmediate(() => faults[fault](ms, path))
  }
}

const crashOn = getEnvironmentData(crashOnKey)
const post = events.postMessage.bind(events)
events.postMessage = (event: SessionEvent) => {
  post(event)
  if (event.type === 'activating' && event.infoHash === crashOn) faults.throw(0, '')
}

await import(getEnvironmentData(realEntryKey) as string)
