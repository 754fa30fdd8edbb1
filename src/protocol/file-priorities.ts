/** How much a file of a torrent is wanted, 0 (not at all) to 7. */

/** The priority of a file that is not downloaded. */
export const skipped: number = 0
/** The priority of a file of which nobody said anything. */
export const usualPriority = 4
