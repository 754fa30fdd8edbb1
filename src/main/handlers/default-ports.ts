/** First and last port that are tried where none is named. */
export const defaultPortRange = [6881, 6891] as const

/** Every port from the first to the last. */
export function portsOfRange([first = 0, last = 0]: readonly number[]): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
