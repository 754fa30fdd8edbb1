/** How handlers find the torrent that a caller names, and whether its worker can be asked. */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import { torrentNotFound } from '../records/torrent-not-found.ts'
import type { SessionSupervisor } from '../supervisor/session-supervisor.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'

/** What a worker may take for an answer that a caller waits for. */
export const usualDeadlineMs = 5000

/** The torrent and its session; throws `session_not_found` or `torrent_not_found`. */
export function findTorrent(
  supervisor: Supervisor,
  { session_id, info_hash }: { readonly session_id: string; readonly info_hash: string },
): { session: SessionSupervisor; record: TorrentRecord } {
  const session = supervisor.session(session_id)
  const record = session.records.torrents.get(info_hash)
  if (record === undefined) throw torrentNotFound(info_hash)
  return { session, record }
}

/** `torrent_not_running`, with what does not happen for that reason. */
export function notRunning(infoHash: string, what: string): RestTorrentError {
  return new RestTorrentError(
    'torrent_not_running',
    `torrent ${infoHash} is stopped, queued or not open yet: ${what}`,
  )
}
