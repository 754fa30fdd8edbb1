/** The commands on what a torrent has on disk. */
import { rowOfRecord } from '../../protocol/records.ts'
import type { Board } from '../board/board.ts'
import { recheck } from '../supervisor/recheck.ts'
import type { Handlers } from './reply.ts'
import { placeHandlers, type PlaceHandlerOptions } from './place-handlers.ts'
import { spaceHandlers, type SpaceHandlerOptions } from './space-handlers.ts'

export interface StorageHandlerOptions
  extends Omit<SpaceHandlerOptions, keyof PlaceHandlerOptions>, PlaceHandlerOptions {
  readonly board: Board
}

type StorageHandlers = Pick<
  Handlers,
  'recheck_torrent' | 'get_free_space' | 'get_files' | 'rename_file' | 'move_torrent'
>

/** The handlers of the commands on storage. */
export function storageHandlers(near: StorageHandlerOptions): StorageHandlers {
  const { supervisor, board } = near
  return {
    ...spaceHandlers(near),
    ...placeHandlers(near),
    recheck_torrent: async ({ session_id, info_hash }) => {
      const record = await recheck(supervisor.session(session_id), info_hash)
      return { value: board.session(session_id)?.torrents.get(info_hash) ?? rowOfRecord(record) }
    },
  }
}
