/** The commands on peers, which are asked of the worker, and on bans, which main keeps. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { isToRun } from '../../protocol/records.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { findTorrent, notRunning, usualDeadlineMs } from './find-torrent.ts'
import type { Handlers } from './reply.ts'

type PeerHandlers = Pick<Handlers, 'get_peers' | 'add_peer' | 'get_bans' | 'ban_peer' | 'unban_peer'>

/** The handlers of the commands on peers and bans; a worker has `deadlineMs` for its answer. */
export function peerHandlers(supervisor: Supervisor, deadlineMs = usualDeadlineMs): PeerHandlers {
  return {
    get_peers: async (input) => {
      const { session, record } = findTorrent(supervisor, input)
      const { infoHash } = record
      const peers = isToRun(record)
        ? await session.query('peers', deadlineMs, async (api) => await api.peers(infoHash))
        : undefined
      return { value: { peers: [...(peers ?? [])] } }
    },
    add_peer: async ({ address, ...input }) => {
      const { session, record } = findTorrent(supervisor, input)
      const { infoHash } = record
      const answer = isToRun(record)
        ? await session.query('add peer', deadlineMs, async (api) => await api.dialPeer(infoHash, address))
        : undefined
      if (answer === undefined) throw notRunning(infoHash, 'it meets nobody')
      if (answer === 'private')
        throw new RestTorrentError(
          'address_not_allowed',
          `torrent ${infoHash} is private: it meets peers of its trackers only`,
        )
      if (answer === 'refused')
        throw new RestTorrentError('address_not_allowed', `peer ${address} is banned or not allowed`)
      return { value: { address, is_new: answer === 'added' } }
    },
    get_bans: ({ session_id }) => ({ value: { bans: supervisor.session(session_id).records.bans.list() } }),
    ban_peer: async ({ session_id, address }) => {
      const session = supervisor.session(session_id)
      const { ban, dropped: removed } = await session.records.bans.ban(address, Date.now())
      session.send('ban', async (api) => await api.changeBans({ added: [ban], removed }))
      return { value: { ban } }
    },
    unban_peer: async ({ session_id, address }) => {
      const session = supervisor.session(session_id)
      if (!(await session.records.bans.unban(address)))
        throw new RestTorrentError('not_found', `there is no ban of ${address}`)
      session.send('unban', async (api) => await api.changeBans({ added: [], removed: [address] }))
      return { value: {} }
    },
  }
}
