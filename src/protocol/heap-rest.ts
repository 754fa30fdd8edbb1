/**
 * When a collection of a thread's heap is worth its time. What a burst took, V8 gives back only when it collects,
 * and a thread that has little to do allocates too little for that.
 */

/** A heap below it is left alone. */
const smallHeap = 40 * 1024 * 1024
/** Of the time that a thread is busy. */
const littleToDo = 0.05
/** How many times what is left of a heap after a collection. */
const worthwhileGrowth = 1.5

export class HeapRest {
  #settled = smallHeap
  #wasCollected = false

  /**
   * Whether the heap is to be collected now. To be asked every few seconds with the bytes that the heap has taken
   * from the system, and with the share of the time since the last look that the thread was busy.
   */
  look(taken: number, utilization: number): boolean {
    if (this.#wasCollected) this.#settled = Math.max(smallHeap, taken)
    this.#wasCollected = utilization < littleToDo && taken > worthwhileGrowth * this.#settled
    return this.#wasCollected
  }
}
