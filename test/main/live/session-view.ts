import type { SessionView } from '../../../src/protocol/session.ts'

/** A session on the board with the fields that tests of following look at; another variant differs in some. */
export function viewNamed(id: string, variant = 0): SessionView {
  const view: Partial<SessionView> = {
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
    worker: {
      generation: 1,
      stale: false,
      cpu: 0,
      event_loop_utilization: 0,
      heap_used: variant,
      heap_limit: 0,
    },
  }
  return view as SessionView
}
