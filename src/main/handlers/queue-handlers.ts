/** The commands on the queue of a session; many torrents are moved in one go, so that they keep their order. */
import { toWireError } from '../../protocol/errors.ts'
import { rowOfRecord } from '../../protocol/records.ts'
import type { Board } from '../board/board.ts'
import { torrentNotFound } from '../records/torrent-not-found.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { findTorrent } from './find-torrent.ts'
import type { Handlers } from './reply.ts'

type QueueHandlers = Pick<Handlers, 'reorder_torrent' | 'reorder_torrents'>

/** The handlers of these commands. */
export function queueHandlers(supervisor: Supervisor, board: Board): QueueHandlers {
  return {
    reorder_torrent: async ({ position, ...input }) => {
      const { session, record } = findTorrent(supervisor, input)
      await session.torrents.queue.move([record.infoHash], position)
      return { value: board.session(session.id)?.torrents.get(record.infoHash) ?? rowOfRecord(record) }
    },
    reorder_torrents: async ({ session_id, info_hashes, position }) => {
      const { torrents, records } = supervisor.session(session_id)
      const given = info_hashes === 'all' ? [...records.torrents.keys()] : info_hashes
      const names = given.map((name) => name.toLowerCase())
      const known = new Set(names.filter((name) => records.torrents.has(name)))
      await torrents.queue.move(known, position)
      const results = names.map((info_hash) => {
        if (known.has(info_hash)) return { info_hash, status: 'success' as const }
        return { info_hash, status: 'fail' as const, error: toWireError(torrentNotFound(info_hash)) }
      })
      return { value: { results } }
    },
  }
}
