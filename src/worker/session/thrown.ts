/** What was thrown, as an error: the engine sometimes throws none. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('the engine closed the torrent')
}
