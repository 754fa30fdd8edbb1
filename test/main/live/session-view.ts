import type { SessionView } from '../../../src/protocol/session.ts'
import { sessionView } from '../../../src/protocol/session.ts'

/** A session as the board has it; another variant differs in some of its fields. */
export function viewNamed(id: string, variant = 0): SessionView {
  return sessionView.parse({
    id,
    port: 6881,
    name: `session ${id}`,
    state: variant % 2 === 0 ? 'running' : 'starting',
    memory_only: true,
    durable: false,
    restarts: variant,
    last_error: variant % 3 === 0 ? null : { code: 'session_gone', message: 'ended', at: variant },
    created_at: 0,
    owner: null,
    root: '',
    num_torrents: 0,
    num_peers: variant,
    download_rate: 0,
    upload_rate: 0,
    progress: 0,
    snapshot_age_ms: 0,
    settings: {
      dht: variant % 2 === 0,
      lsd: true,
      pex: true,
      upnp: true,
      nat_pmp: true,
      download_limit: 0,
      upload_limit: 0,
      max_peers: 1,
    },
    worker: {
      generation: 1,
      stale: false,
      cpu: 0,
      event_loop_utilization: 0,
      heap_used: variant,
      heap_limit: 0,
    },
  })
}
