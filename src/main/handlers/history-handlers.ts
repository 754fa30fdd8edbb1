/** The commands that show what was transferred over time. They wait for the store, not for a worker. */
import { RestTorrentError } from '../../protocol/errors.ts'
import {
  historySteps,
  type HistoryName,
  type HistorySeries,
  type HistoryStep,
} from '../../protocol/history.ts'
import type { History } from '../history/history.ts'
import { seriesOf } from '../history/series.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { findTorrent } from './find-torrent.ts'
import type { Handlers } from './reply.ts'

const mostBuckets = 5000
const daysShown = 366

interface Range {
  readonly step: HistoryStep
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** The handlers of these commands. */
export function historyHandlers(
  history: Pick<History, 'find'>,
  supervisor: Supervisor,
): Pick<Handlers, 'get_session_history' | 'get_torrent_history'> {
  const find = async (of: HistoryName, since: number, range: Range): Promise<HistorySeries> => {
    const { ms: stepMs, keptMs } = historySteps[range.step]
    const now = Date.now()
    const { to = now, from = to - Math.min(keptMs, daysShown * historySteps.day.ms) } = range
    const first = Math.max(0, from - (from % stepMs))
    if ((to - first) / stepMs > mostBuckets)
      throw new RestTorrentError(
        'invalid_parameter',
        `parameter from: more than ${mostBuckets} buckets before to`,
      )
    const found = await history.find({ ...of, stepMs, from: first, to })
    return seriesOf(found, { stepMs, from: first, to, since, now })
  }
  return {
    get_session_history: async ({ session_id: sessionId, ...range }) => {
      const { createdAt } = supervisor.session(sessionId).records.session
      return { value: await find({ sessionId, infoHash: '' }, createdAt, range) }
    },
    get_torrent_history: async ({ session_id, info_hash, ...range }) => {
      const { record } = findTorrent(supervisor, { session_id, info_hash })
      const { infoHash, addedAt } = record
      return { value: await find({ sessionId: session_id, infoHash }, addedAt, range) }
    },
  }
}
