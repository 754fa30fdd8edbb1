/**
 * The tasks of an add: the one that parses its metainfo also resolves the folder that the add will ask for next,
 * since each way to the pool and back costs main more than either.
 */
import { isDeepStrictEqual } from 'node:util'
import { fromWireError } from '../../protocol/errors.ts'
import type { FolderAnswer, FolderRequest, TaskAnswer } from '../../protocol/tasks.ts'
import type { TaskPool } from '../threads/task-pool.ts'

/** What an add asks of the pool. */
export type PlacingTasks = Pick<TaskPool, 'parseMetainfo' | 'resolveFolder' | 'refusePresent'>

/** For one add that is expected to ask for this folder; any other is resolved when it is asked for. */
export function placingTasks(tasks: TaskPool, expected: FolderRequest): PlacingTasks {
  let found: TaskAnswer<FolderAnswer> | undefined
  return {
    parseMetainfo: async (bytes) => {
      const { digest, folder } = await tasks.parseAndPlace({ bytes, folder: expected })
      found = folder
      return digest
    },
    resolveFolder: async (request) => {
      if (found === undefined || !isDeepStrictEqual(request, expected))
        return await tasks.resolveFolder(request)
      if ('error' in found) throw fromWireError(found.error)
      return found.value
    },
    refusePresent: (linking) => tasks.refusePresent(linking),
  }
}
