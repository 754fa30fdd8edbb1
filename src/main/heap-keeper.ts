/** Gives back what a burst of calls has left in the heap of main, once there is little to do. */
import { performance } from 'node:perf_hooks'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { HeapRest } from '../protocol/heap-rest.ts'

const everyMs = 5000

/**
 * Looks every few seconds for as long as the process runs. The young generation alone is collected, in a
 * millisecond or two: V8 goes on from there by itself, a little at a time.
 */
export function keepHeapLow(): void {
  const rest = new HeapRest()
  let before = performance.eventLoopUtilization()
  setInterval(() => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    if (rest.look(getHeapStatistics().total_heap_size, utilization)) collectYoung()
  }, everyMs).unref()
}

function collectYoung(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext(`gc({ type: 'minor' })`)
}
