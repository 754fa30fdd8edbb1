/** Interop cases that say why when they cannot run. */
import { missing, type Tool } from '../peers/tools.ts'

interface Cases {
  (title: string, run: () => Promise<void>): void
  skip(title: string, run: () => Promise<void>): void
}

/** Why a case cannot be run: it makes no sense, a program is absent, or this machine forbids it. */
export interface Obstacle {
  kind: 'impossible' | 'absent' | 'forbidden'
  why: string
}

/** What stands in the way of a case that needs these programs. */
export function absence(tools: readonly Tool[]): Obstacle | undefined {
  const absent = missing(tools)
  return absent.length > 0 ? { kind: 'absent', why: `not installed: ${absent.join(', ')}` } : undefined
}

/**
 * Adds a case. With an obstacle it is skipped and the reason printed; what the machine forbids is printed
 * in the words by which the runner forgives it.
 */
export function addCase(
  cases: Cases,
  title: string,
  obstacle: Obstacle | undefined,
  run: () => Promise<void>,
): void {
  if (obstacle === undefined) return cases(title, run)
  console.log(`${obstacle.kind === 'forbidden' ? 'not permitted' : 'not run'}: ${title}: ${obstacle.why}`)
  cases.skip(title, run)
}

/** Adds a case that needs these programs. */
export function caseWith(
  cases: Cases,
  title: string,
  tools: readonly Tool[],
  run: () => Promise<void>,
): void {
  addCase(cases, title, absence(tools), run)
}
