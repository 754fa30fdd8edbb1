/** Has whoever runs a torrent touch none of its files, until it is released: see `SessionTorrents`. */
import { setTimeout } from 'node:timers/promises'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { SessionSupervisor } from './session-supervisor.ts'

const deadlineMs = 30_000
const pollMs = 250

/**
 * Settles when no byte of its files moves any more: a worker says so, or there is none. A worker that is ending
 * is waited for, and the next one is not told of the torrent. Rejects with the signal's reason, or `session_unresponsive`.
 */
export async function holdFiles(
  session: SessionSupervisor,
  infoHash: string,
  signal: AbortSignal,
): Promise<void> {
  session.torrents.hold(infoHash)
  const until = Date.now() + deadlineMs
  for (;;) {
    signal.throwIfAborted()
    const { generation, state } = session
    if (generation === undefined) return
    if (state === 'running') {
      const held = session.query('hold torrent', deadlineMs, async (api) => await api.holdTorrent(infoHash))
      if (await held.then(() => true, isGone)) return
    }
    if (Date.now() > until)
      throw new RestTorrentError('session_unresponsive', `session ${session.id} neither runs nor ends`)
    await setTimeout(pollMs, undefined, { signal }).catch(() => undefined) // told by throwIfAborted
  }
}

/** Whether the worker ended meanwhile, which is looked at again; what else it failed with is thrown. */
function isGone(error: unknown): boolean {
  if (error instanceof RestTorrentError && error.code === 'session_gone') return false
  throw error
}
