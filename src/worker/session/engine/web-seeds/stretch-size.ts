import { blockLength } from './block-cutter.ts'

/** A request is as long as what comes within this time, so that a slow server holds few pieces. */
const targetMs = 2000
const fewestBytes = 256 * 1024
const mostBytes = 4 * 1024 * 1024

/** How much a web seed is asked for at once, after its rate. */
export class StretchSize {
  #bytes = fewestBytes

  get blocks(): number {
    return Math.floor(this.#bytes / blockLength)
  }

  /** A range of so many bytes took so long; never more than doubles the size. */
  took(bytes: number, ms: number): void {
    const fitting = (bytes / Math.max(ms, 1)) * targetMs
    this.#bytes = Math.min(mostBytes, this.#bytes * 2, Math.max(fewestBytes, fitting))
  }
}
