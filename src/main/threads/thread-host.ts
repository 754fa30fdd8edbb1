/**
 * Runs one generation of a session in a worker thread. Owns its calls, its events and its heartbeat; `exit` of the
 * thread is the single end of all of them.
 */
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { receiveMessageOnPort, type MessagePort, type Worker } from 'node:worker_threads'
import type { SessionApi, SessionBoot, SessionEvent } from '../../protocol/session-rpc.ts'
import { connectRpc } from './rpc.ts'
import type { HostOptions, HostVitals, SessionHost } from './session-host.ts'
import { heapLimit, startSessionThread, type SessionThread } from './session-thread.ts'

const vitalsDeadlineMs = 1000
/** A thread that does next to nothing is asked this seldom: the question is most of what it has to do. */
const idleMeasureMs = 5000
const idleUtilization = 0.01

/** Starts a session worker in a thread from `entry`. */
export function startThreadHost(entry: URL, options: HostOptions): SessionHost {
  return hostIn(startSessionThread(entry), options)
}

/** Runs a session in a thread that has run none yet. */
export function hostIn({ worker, events, ended }: SessionThread, options: HostOptions): SessionHost {
  const heartbeat = new SharedArrayBuffer(4)
  const beat = new Int32Array(heartbeat)
  const boot: SessionBoot = { ...options.boot, heartbeat }
  const rpc = connectRpc<SessionApi>(worker)
  events.on('message', (event: SessionEvent) => options.onEvent(event))
  events.postMessage(boot)
  readLines(worker.stdout, options.onOutput)
  readLines(worker.stderr, options.onOutput)
  const exited = ended.then((exit) => {
    rpc.close('the session worker ended')
    drain(events, options.onEvent)
    events.close()
    return exit
  })
  return {
    rpc,
    exited,
    hear: () => drain(events, options.onEvent),
    beats: () => Atomics.load(beat, 0),
    vitals: vitalsOf(worker),
    terminate: async () => {
      void worker.terminate()
      return await exited
    },
  }
}

/** What the worker has posted and nobody was told yet; at its end, too: a crash is judged by the last of it. */
function drain(port: MessagePort, onEvent: HostOptions['onEvent']): void {
  for (let left = receiveMessageOnPort(port); left !== undefined; left = receiveMessageOnPort(port)) {
    onEvent(left.message as SessionEvent)
  }
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream }).on('line', onLine)
}

/** Measures deltas between calls: CPU seconds a second, and the loop's utilization. */
function vitalsOf(worker: Worker): () => Promise<HostVitals | undefined> {
  let lastUsage: NodeJS.CpuUsage | undefined
  let lastAt = performance.now()
  let lastLoop = worker.performance.eventLoopUtilization()
  let wasIdle = false
  return async () => {
    const { utilization } = worker.performance.eventLoopUtilization(lastLoop)
    const isIdle = utilization < idleUtilization
    if (isIdle && wasIdle && performance.now() - lastAt < idleMeasureMs) return undefined
    const late = new Promise<undefined>((resolve) => {
      setTimeout(() => resolve(undefined), vitalsDeadlineMs).unref()
    })
    const asked = Promise.all([worker.getHeapStatistics(), worker.cpuUsage()]).catch(() => undefined)
    const answer = await Promise.race([asked, late])
    if (answer === undefined) return undefined
    const [heap, usage] = answer
    const now = performance.now()
    const loop = worker.performance.eventLoopUtilization()
    const spent = usage.user + usage.system - (lastUsage ? lastUsage.user + lastUsage.system : 0)
    const cpu = spent / 1000 / Math.max(1, now - lastAt)
    const eventLoopUtilization = worker.performance.eventLoopUtilization(loop, lastLoop).utilization
    lastUsage = usage
    lastAt = now
    lastLoop = loop
    wasIdle = isIdle
    return { cpu, eventLoopUtilization, heapUsed: heap.used_heap_size, heapLimit }
  }
}
