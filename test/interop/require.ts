/** Interop cases that say why when they cannot run. */
import { missing, type Tool } from '../peers/tools.ts'

interface Cases {
  (title: string, run: () => Promise<void>): void
  skip(title: string, run: () => Promise<void>): void
}

/** Adds a case that needs these programs; without one of them it is skipped and the reason printed. */
export function caseWith(
  cases: Cases,
  title: string,
  tools: readonly Tool[],
  run: () => Promise<void>,
): void {
  const absent = missing(tools)
  if (absent.length === 0) return cases(title, run)
  console.log(`not run: ${title}: not installed: ${absent.join(', ')}`)
  cases.skip(title, run)
}

/** Adds a case that this machine forbids: it is skipped, and the runner forgives it by the printed line. */
export function forbiddenCase(cases: Cases, title: string, reason: string): void {
  console.log(`not permitted: ${title}: ${reason}`)
  cases.skip(title, () => Promise.resolve())
}
