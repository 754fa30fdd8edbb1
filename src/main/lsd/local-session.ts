/** A session as LSD sees it, from its records and its board. */
import type { TorrentRow } from '../../protocol/torrent.ts'
import type { Board } from '../board/board.ts'
import type { SessionBoard } from '../board/session-board.ts'
import type { SessionSupervisor } from '../supervisor/session-supervisor.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'

/** A session with `lsd` that runs. */
export interface LocalSession {
  readonly id: string
  /** Where it takes peers. */
  readonly port: number
  /** Whether peers are wanted for this torrent: it runs, and is not known to be private (BEP 27). */
  wants(infoHash: string): boolean
  /** The info hashes of its torrents, wanted or not. */
  infoHashes(): Iterable<string>
  /** Has the session dial peers, `host:port`. */
  addPeers(infoHash: string, peers: readonly string[]): void
}

const addDeadlineMs = 5000
const meetingStates: readonly TorrentRow['state'][] = [
  'downloading_metadata',
  'downloading',
  'finished',
  'seeding',
]

/** The sessions whose `lsd` is on and that run at the moment. */
export function localSessions(supervisor: Supervisor, board: Board): LocalSession[] {
  return [...supervisor.sessions()].flatMap(
    (session) => localSession(session, board.session(session.id)) ?? [],
  )
}

function localSession(session: SessionSupervisor, board: SessionBoard | undefined): LocalSession | undefined {
  const { records, state } = session
  const [port] = records.session.ports
  if (!records.session.settings.lsd || state !== 'running' || port === undefined) return undefined
  return {
    id: session.id,
    port,
    wants: (infoHash) => {
      const record = records.torrents.get(infoHash)
      const row = board?.torrents.get(infoHash)
      if (record === undefined || row === undefined) return false
      return record.started && record.facts?.private !== true && meetingStates.includes(row.state)
    },
    infoHashes: () => records.torrents.keys(),
    addPeers: (infoHash, peers) => {
      session
        .query('add peers', addDeadlineMs, async (api) => await api.addPeers(infoHash, peers, 'lsd'))
        .catch(() => undefined) // the next announce names them again
    },
  }
}
