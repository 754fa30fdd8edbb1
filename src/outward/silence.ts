/** A server that drips is as good as one that is silent: fewer bytes than that do not count as being heard. */
const dripBytes = 4096

/** Ends a request whose server says nothing for too long, or that its caller ends. */
export class Silence {
  /** Aborted by whichever comes first. */
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #ms: number
  #leftMs: number
  #waitsSince = 0
  #bytes = 0
  #timer: NodeJS.Timeout | undefined

  constructor(signal: AbortSignal, ms: number) {
    this.#ms = ms
    this.#leftMs = ms
    this.signal = AbortSignal.any([signal, this.#controller.signal])
    this.wait()
  }

  /** Whether it was the silence that ended the request. */
  get isOver(): boolean {
    return this.#controller.signal.aborted
  }

  /** The server is waited for, for what is left of its time. */
  wait(): void {
    this.#waitsSince = performance.now()
    this.#timer = setTimeout(() => this.#controller.abort(), this.#leftMs)
  }

  /** The server sent so many bytes, and is not waited for until `wait`. */
  heard(bytes: number): void {
    this.rest()
    this.#bytes += bytes
    this.#leftMs = Math.max(0, this.#leftMs - (performance.now() - this.#waitsSince))
    if (this.#bytes < dripBytes) return
    this.#bytes = 0
    this.#leftMs = this.#ms
  }

  /** Nothing is waited for. */
  rest(): void {
    clearTimeout(this.#timer)
  }
}
