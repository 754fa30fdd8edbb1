/** Where instants and timers come from; a test passes one that it turns by hand. */
export interface Clock {
  /** Milliseconds since the epoch; never falls. */
  now(): number
  /** Runs `run` once after `ms`, without keeping the thread alive; the result takes it back. */
  after(ms: number, run: () => void): () => void
}

/** The machine's own time. */
export const systemClock: Clock = {
  // Setting the machine's clock must neither stop the announces nor bring them all at once.
  now: () => Math.round(performance.timeOrigin + performance.now()),
  after: (ms, run) => {
    const timer = setTimeout(run, ms).unref()
    return () => clearTimeout(timer)
  },
}
