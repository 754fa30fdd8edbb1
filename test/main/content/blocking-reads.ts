/** Reads a file as a disk that hangs lets it: a FIFO that nobody writes to holds the thread. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContentRead } from '../../../src/protocol/tasks.ts'

export default function read({ saveFolder, path }: ContentRead): Uint8Array {
  return readFileSync(join(saveFolder, path))
}
