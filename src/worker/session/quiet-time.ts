/** How long something has been quiet, by looks at it now and then. */
export class QuietTime {
  #since: number | undefined

  /** Milliseconds since the first look that found it quiet in a row; 0 where it is not. */
  look(isQuiet: boolean, now: number): number {
    this.#since = isQuiet ? (this.#since ?? now) : undefined
    return this.#since === undefined ? 0 : now - this.#since
  }
}
