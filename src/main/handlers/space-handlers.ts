/** The commands on the room that there is for files. */
import type { QuotaBook } from '../access/quota-book.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import type { Handlers } from './reply.ts'

export interface SpaceHandlerOptions {
  readonly supervisor: Pick<Supervisor, 'session'>
  readonly tasks: Pick<TaskPool, 'freeSpace'>
  readonly quotas: Pick<QuotaBook, 'diskLeft'>
  readonly rootDir: string
  readonly dataDir: string
}

/** The handlers of these commands. A file system is asked, so that these reads wait for it, within a deadline. */
export function spaceHandlers(near: SpaceHandlerOptions): Pick<Handlers, 'get_free_space'> {
  const { supervisor, tasks, quotas, rootDir, dataDir: reservedDir } = near
  return {
    get_free_space: async ({ session_id, path }) => {
      const { session } = supervisor.session(session_id).records
      const { root } = session
      const place = { rootDir, root, reservedDir, path, neededBytes: 0 }
      const { relative, free, total } = await tasks.freeSpace(place)
      return { value: { path: relative, free, total, quota_left: quotas.diskLeft(session) ?? null } }
    },
  }
}
