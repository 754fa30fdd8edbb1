/** The commands on what the whole process may use. */
import type { CommandOutput } from '../../protocol/commands.ts'
import type { Board } from '../board/board.ts'
import type { HostRecord } from '../records/host-record.ts'
import type { Handlers } from './reply.ts'

export interface HostHandlerOptions {
  readonly board: Board
  readonly watches: {
    readonly host: HostRecord
    /** Has changed settings obeyed. */
    readonly onHost: () => void
  }
}

/** The handlers of these commands. */
export function hostHandlers({
  board,
  watches: { host, onHost },
}: HostHandlerOptions): Pick<Handlers, 'get_host' | 'update_host'> {
  const view = (): CommandOutput<'get_host'> => {
    const rows = board.sessions.rows()
    const sum = (of: (row: (typeof rows)[number]) => number): number =>
      rows.reduce((total, row) => total + of(row), 0)
    return {
      settings: host.settings,
      num_sessions: rows.length,
      num_peers: sum(({ num_peers }) => num_peers),
      download_rate: sum(({ download_rate }) => download_rate),
      upload_rate: sum(({ upload_rate }) => upload_rate),
    }
  }
  return {
    get_host: () => ({ value: view() }),
    update_host: async (fields) => {
      await host.change(fields)
      onHost()
      return { value: view() }
    },
  }
}
