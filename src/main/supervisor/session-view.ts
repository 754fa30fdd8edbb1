/** A session as callers see it, from its records, its generation and its board. */
import { shownIpFilter } from '../../protocol/ip-filter-source.ts'
import type { SessionSettings, SessionView } from '../../protocol/session.ts'
import { shownTrackerProxy } from '../../protocol/tracker-proxy.ts'
import type { SessionBoard } from '../board/session-board.ts'
import { limitsInForce } from './schedule/limits-in-force.ts'
import type { SessionSupervisor } from './session-supervisor.ts'

export function viewOf(
  session: SessionSupervisor,
  board: SessionBoard,
  filter?: SessionView['ip_filter'],
): SessionView {
  const { records, generation } = session
  const { id, name, labels, ports, memoryOnly, createdAt, owner, root, quotas, settings } = records.session
  const vitals = generation?.vitals
  return {
    id,
    port: ports[0] ?? 0,
    name,
    labels: [...labels],
    state: session.state,
    memory_only: memoryOnly,
    durable: records.isDurable,
    restarts: session.restarts,
    last_error: session.lastError ?? null,
    created_at: createdAt,
    owner,
    root,
    quotas,
    num_torrents: records.torrents.size,
    num_peers: board.totals.num_peers,
    download_rate: board.totals.download_rate,
    upload_rate: board.totals.upload_rate,
    settings: shownSettings(settings),
    limits: limitsInForce(settings),
    ip_filter: filter ?? null,
    worker: {
      generation: generation?.number ?? 0,
      stale: generation === undefined || generation.liveness !== 'alive',
      cpu: round(vitals?.cpu ?? 0),
      event_loop_utilization: round(vitals?.eventLoopUtilization ?? 0),
      heap_used: vitals?.heapUsed ?? 0,
      heap_limit: vitals?.heapLimit ?? 0,
    },
  }
}

const shown = new WeakMap<SessionSettings, SessionView['settings']>()

/** The same for these very settings: what is the same object is known to have changed nothing. */
function shownSettings(settings: SessionSettings): SessionView['settings'] {
  const known = shown.get(settings) ?? {
    ...settings,
    ip_filter: shownIpFilter(settings.ip_filter),
    tracker_proxy: shownTrackerProxy(settings.tracker_proxy),
  }
  shown.set(settings, known)
  return known
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
