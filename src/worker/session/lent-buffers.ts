/**
 * Buffers that are used again: memory outside of the heap that is always new makes the engine of JavaScript
 * look through its whole heap again and again, which takes more CPU than what the bytes are for.
 */

/** Buffers of one length, lent to whoever takes one; one that never comes back is forgotten. */
export class LentBuffers {
  readonly length: number
  readonly #mostSpare: number
  readonly #spare: Uint8Array[] = []
  readonly #lent = new WeakSet<Uint8Array>()

  constructor(length: number, mostSpare: number) {
    this.length = length
    this.#mostSpare = mostSpare
  }

  /** A buffer; what it holds is undefined. */
  take(): Uint8Array {
    const bytes = this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.length)
    this.#lent.add(bytes)
    return bytes
  }

  /** Nobody reads these bytes any more; what was not lent here, or was given back before, is left alone. */
  giveBack(bytes: Uint8Array): void {
    if (this.#lent.delete(bytes) && this.#spare.length < this.#mostSpare) this.#spare.push(bytes)
  }
}

/** For blocks on their way to peers. */
export const blockBuffers = new LentBuffers(16 * 1024, 128)

/** For what is read ahead of a peer that takes much. */
export const extentBuffers = new LentBuffers(1024 * 1024, 4)

/** For what is read ahead, and for what is sent in one go. */
export const largeBuffers = new LentBuffers(256 * 1024, 16)
