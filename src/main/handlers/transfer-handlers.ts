/** The commands that make copies of what is kept, and take a session from one host to another. */
import type { BackupAnswer } from '../../protocol/store-rpc.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import { exportSession } from './export-session.ts'
import { importSession, type ImportSurroundings } from './import-session.ts'
import type { Handlers } from './reply.ts'

export interface TransferHandlerOptions extends ImportSurroundings {
  /** Copies the store, see `StoreClient.backup`. */
  readonly backup: () => Promise<BackupAnswer>
}

type TransferHandlers = Pick<Handlers, 'create_backup' | 'export_session' | 'import_session'>

/** The handlers of backups, exports and imports. */
export function transferHandlers(options: TransferHandlerOptions): TransferHandlers {
  const { supervisor, board, tasks, dataDir, backup } = options
  return {
    create_backup: async () => ({ value: await backup() }),
    export_session: async ({ session_id }) => {
      const { records } = supervisor.session(session_id)
      return { value: await exportSession(records, tasks, dataDir) }
    },
    import_session: async ({ name, root }, { access }) => {
      const { id } = await importSession(name, { owner: access.key, root }, options)
      const session = board.sessions.get(id)
      if (session === undefined) throw new RestTorrentError('session_not_found', 'session not found')
      return { value: { session } }
    },
  }
}
