/** How much a file of a torrent is wanted, 0 (not at all) to 7. */

/** The priority of a file that is not downloaded. */
export const skipped: number = 0
/** The priority of a file of which nobody said anything. */
export const usualPriority = 4
/** The highest priority. */
export const highestPriority = 7

/** The priorities that have a name. */
export const namedPriorities = {
  skip: skipped,
  low: 1,
  normal: usualPriority,
  high: highestPriority,
} as const satisfies Record<string, number>
