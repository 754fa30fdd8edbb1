/**
 * Entry of a session worker that gives trackers a third of their 15 s, so that a test need not wait for those
 * that never end. All else of it is the real one.
 */
const answerWithinMs = 15_000
const { setTimeout: later } = globalThis
const soonAborted = AbortSignal.timeout.bind(AbortSignal)
const hurried = (ms: number | undefined): number | undefined => (ms === answerWithinMs ? ms / 3 : ms)

globalThis.setTimeout = Object.assign(
  (run: (...rest: unknown[]) => void, ms?: number, ...rest: unknown[]) => later(run, hurried(ms), ...rest),
  later,
)
AbortSignal.timeout = (ms) => soonAborted(hurried(ms) ?? 0)

await import(new URL('../../dist/worker-session.js', import.meta.url).href)
