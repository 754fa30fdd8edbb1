/** What one run says about its tests: the counts of uvu's summary, or one failure when it has none. */
import type { Finished } from './child.ts'

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** The counts of one check: a program that passes with exit code 0. */
export function checkCounts(run: Finished): Counts {
  return run.code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

/**
 * The counts of one uvu file. A file without a summary (it forgot `.run()`, ended early or was killed)
 * and a file that failed outside its tests count as one failure. With `requireAll` a skipped test is a
 * failure, unless the file says by a line `not permitted: …` that this machine forbids it.
 */
export function fileCounts(run: Finished, requireAll: boolean): Counts {
  const summary = lastSummary(run.output)
  if (!summary) return { passed: 0, failed: 1, skipped: 0 }
  const missed = summary.total - summary.passed
  const failed = run.code === 0 ? missed : Math.max(missed, 1)
  const forbidden = run.output.match(/^not permitted: /gm)?.length ?? 0
  const skipped = requireAll ? Math.min(summary.skipped, forbidden) : summary.skipped
  return { passed: summary.passed, failed: failed + summary.skipped - skipped, skipped }
}

/** Why a run failed beyond what its own output tells, or undefined. */
export function remark(run: Finished, deadlineMs: number): string | undefined {
  if (run.timedOut) return `killed after ${deadlineMs} ms`
  if (run.code === 0 && !lastSummary(run.output)) return 'no summary of uvu: is .run() called?'
  return undefined
}

/** The lines by which a file says what it did not run and why. */
export function notRun(output: string): string[] {
  return output.match(/^not (?:run|permitted): .*$/gm) ?? []
}

/** The sum of counts. */
export function sum(all: Counts[]): Counts {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const counts of all) {
    total.passed += counts.passed
    total.failed += counts.failed
    total.skipped += counts.skipped
  }
  return total
}

/** The runner's last line. */
export function totalLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** Lines that name the ten runs that took most of the processors, and what all took; none for a few runs. */
export function mostExpensive(runs: readonly { name: string; cpuMs: number }[]): string[] {
  const named = 10
  if (runs.length <= named) return []
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const all = runs.reduce((ms, { cpuMs }) => ms + cpuMs, 0)
  const most = runs.toSorted((a, b) => b.cpuMs - a.cpuMs).slice(0, named)
  return [
    `processor time ${seconds(all)}, most of it:`,
    ...most.map(({ name, cpuMs }) => `     ${seconds(cpuMs)} ${name}`),
  ]
}

function lastSummary(output: string): { total: number; passed: number; skipped: number } | undefined {
  const pattern = /^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm
  const match = [...output.matchAll(pattern)].at(-1)
  return match && { total: Number(match[1]), passed: Number(match[2]), skipped: Number(match[3]) }
}
