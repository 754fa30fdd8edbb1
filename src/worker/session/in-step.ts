/** A timer may end so much early: what is nearer than that is the moment that has just come. */
const earlyMs = 2

/**
 * Runs something again and again, at whole multiples of `everyMs` since the thread began; gives its own undo. What
 * does nothing else is woken once for all that it does in step, and to be woken is what costs it most.
 */
export function inStep(run: () => void, everyMs: number): () => void {
  let timer: NodeJS.Timeout
  const wait = (): void => {
    const leftMs = everyMs - (performance.now() % everyMs)
    timer = setTimeout(
      () => {
        wait()
        run()
      },
      leftMs > earlyMs ? leftMs : leftMs + everyMs,
    )
  }
  wait()
  return () => clearTimeout(timer)
}
