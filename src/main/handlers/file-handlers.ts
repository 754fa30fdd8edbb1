/** The command that says how much files of a torrent are wanted. */
import { prioritizeFiles } from '../supervisor/configure.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import { findTorrent } from './find-torrent.ts'
import type { Handlers } from './reply.ts'

/** Its handler: `not_found` where the torrent has no such file; without metadata every index may come to be one. */
export function fileHandlers(supervisor: Supervisor, tasks: TaskPool): Pick<Handlers, 'update_file'> {
  return {
    update_file: async ({ indexes, priority, ...named }) => {
      const { session, record } = findTorrent(supervisor, named)
      const { rawInfo } = record.source
      if (rawInfo !== undefined) await tasks.findFile({ rawInfo, index: Math.max(...indexes) })
      const { options } = await prioritizeFiles(session, record.infoHash, indexes, priority)
      const { file_priorities, default_priority } = options
      return { value: { file_priorities, default_priority } }
    },
  }
}
