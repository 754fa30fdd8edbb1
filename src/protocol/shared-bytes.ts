/**
 * A copy in memory that threads share. What several threads hold for long, such as an info dictionary, is made so
 * where it comes in: then there is one of it in the process, and no message copies it. Nobody writes to it.
 */
export function sharedCopy(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  return shared
}
