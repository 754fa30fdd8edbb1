/**
 * Lets writes go to the disk little by little, in the order they came: a write holds the lock of its file, and
 * whoever waits for that on another thread spins, which takes a core.
 */
export class WriteGate {
  readonly #most: number
  #bytes = 0
  readonly #waiting: { readonly bytes: number; readonly start: () => void }[] = []

  /** `most`: bytes written at once. Small writes go together: each takes a turn of the loop, which may read much in it. */
  constructor(most: number) {
    this.#most = most
  }

  /** Whether nothing is being written, nor waits. */
  get isIdle(): boolean {
    return this.#bytes === 0
  }

  /** Settles as `work` does, once it had its turn. */
  async run(bytes: number, work: () => Promise<void>): Promise<void> {
    if (this.#waiting.length > 0 || !this.#hasRoom(bytes))
      await new Promise<void>((start) => this.#waiting.push({ bytes, start }))
    else this.#bytes += bytes
    try {
      await work()
    } finally {
      this.#bytes -= bytes
      this.#admit()
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && this.#hasRoom(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#bytes += next.bytes
      next.start()
    }
  }

  #hasRoom(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.#most
  }
}
