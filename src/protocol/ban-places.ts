/** How many bans there may be, and which one goes when there are more. */
import type { Ban } from './ban.ts'

/** Bans of one session. */
export const mostBans = 10_000

/**
 * Which ban gives its place to one more, oldest first: one for bad pieces, never one of a caller. Undefined
 * where there is room; `none` where there is neither.
 */
export function givesPlace(bans: ReadonlyMap<string, Ban>): Ban | 'none' | undefined {
  if (bans.size < mostBans) return undefined
  for (const one of bans.values()) if (one.reason === 'bad_pieces') return one
  return 'none'
}
