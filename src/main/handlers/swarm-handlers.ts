/** The commands on what a torrent meets: its trackers and web seeds. What runs is asked of the worker. */
import { isToRun, type TorrentRecord } from '../../protocol/records.ts'
import { restingTrackers, type TrackerView } from '../../protocol/tracker.ts'
import { restingWebSeed } from '../../protocol/web-seed.ts'
import type { SessionSupervisor } from '../supervisor/session-supervisor.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { findTorrent, notRunning, usualDeadlineMs } from './find-torrent.ts'
import type { Handlers } from './reply.ts'

type SwarmHandlers = Pick<Handlers, 'get_trackers' | 'get_web_seeds' | 'reannounce_torrent'>

/** The handlers of the commands on trackers and web seeds; a worker has `deadlineMs` for its answer. */
export function swarmHandlers(supervisor: Supervisor, deadlineMs = usualDeadlineMs): SwarmHandlers {
  return {
    get_trackers: async (input) => {
      const { session, record } = findTorrent(supervisor, input)
      return { value: { trackers: await trackersOf(session, record, deadlineMs) } }
    },
    get_web_seeds: async (input) => {
      const { session, record } = findTorrent(supervisor, input)
      const { infoHash, source } = record
      const seeds = isToRun(record)
        ? await session.query('web seeds', deadlineMs, async (api) => await api.webSeeds(infoHash))
        : undefined
      return { value: { web_seeds: seeds ? [...seeds] : source.webSeeds.map(restingWebSeed) } }
    },
    reannounce_torrent: async (input) => {
      const { session, record } = findTorrent(supervisor, input)
      const { infoHash } = record
      if (!isToRun(record)) throw notRunning(infoHash, 'it announces nothing')
      await session.query('reannounce', deadlineMs, async (api) => {
        await api.reannounce(infoHash)
      })
      return { value: { trackers: await trackersOf(session, record, deadlineMs) } }
    },
  }
}

/** A torrent that is stopped, or not yet among its peers, is shown by its record. */
async function trackersOf(
  session: SessionSupervisor,
  record: TorrentRecord,
  deadlineMs: number,
): Promise<TrackerView[]> {
  const { infoHash, source } = record
  const trackers = isToRun(record)
    ? await session.query('trackers', deadlineMs, async (api) => await api.trackers(infoHash))
    : undefined
  return trackers ? [...trackers] : restingTrackers(source.trackers)
}
