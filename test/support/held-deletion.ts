/** Entry of a task pool that never comes to deleting a file. */
import { threadEntries } from '../../src/main/threads/entries.ts'
import type * as entry from '../../src/worker/tasks/entry.ts'

const tasks = (await import(threadEntries.tasks.href)) as typeof entry
export const { parseMetainfo, resolveFolder, commonFiles } = tasks

/** Settles when the process ends. */
export async function deleteData(): Promise<never> {
  return await new Promise(() => undefined)
}
