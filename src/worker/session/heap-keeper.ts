/** Gives back what a burst of work has left in the heap of this thread, once there is little to do. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { HeapRest } from '../../protocol/heap-rest.ts'

export class HeapKeeper {
  readonly #rest = new HeapRest()
  #before = performance.eventLoopUtilization()

  /** To be called every few seconds. A collection stops this thread, and no other, for some milliseconds a 10 MB. */
  look(): void {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, this.#before)
    this.#before = now
    if (this.#rest.look(getHeapStatistics().total_heap_size, utilization)) collect()
  }
}

function collect(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc()')
}
