/** Entry of a task pool that never comes to deleting a file, nor to the end of a part of a copy, which is there. */
import { threadEntries } from '../../src/main/threads/entries.ts'
import type * as entry from '../../src/worker/tasks/entry.ts'

const tasks = (await import(threadEntries.tasks.href)) as typeof entry
export const {
  parseMetainfo,
  parseAndPlace,
  resolveFolder,
  commonFiles,
  refusePresent,
  linkFiles,
  hashPieces,
} = tasks

/** Settles when the process ends. */
export async function deleteData(): Promise<never> {
  return await new Promise(() => undefined)
}

/** Copies, and settles when the process ends. */
export async function copyPieces(...copying: Parameters<typeof tasks.copyPieces>): Promise<never> {
  await tasks.copyPieces(...copying)
  return await deleteData()
}
