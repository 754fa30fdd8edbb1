/** What is measured of each session, read from the board at the moment of a scrape. */
import { Counter, Gauge, type Registry } from 'prom-client'
import { sessionStates, type SessionView } from '../../protocol/session.ts'
import { torrentStates } from '../../protocol/torrent.ts'
import type { Board } from '../board/board.ts'
import { TransferTotals } from './transfer-totals.ts'

type Read = (view: SessionView) => number

const prefix = 'resttorrent_session_'

const gauges: Readonly<Record<string, { help: string; read: Read }>> = {
  peers: { help: 'Connected peers', read: (view) => view.num_peers },
  download_rate_bytes_per_second: { help: 'Payload received', read: (view) => view.download_rate },
  upload_rate_bytes_per_second: { help: 'Payload sent', read: (view) => view.upload_rate },
  worker_up: {
    help: '1 while the session runs and its worker is not silent',
    read: (view) => (view.state === 'running' && !view.worker.stale ? 1 : 0),
  },
  worker_cpu_cores: { help: 'Cores that the worker used over the last second', read: (v) => v.worker.cpu },
  worker_event_loop_utilization_ratio: {
    help: 'Share of the last second in which the event loop of the worker was busy',
    read: (view) => view.worker.event_loop_utilization,
  },
  worker_heap_used_bytes: { help: 'Heap of the worker', read: (view) => view.worker.heap_used },
  worker_heap_limit_bytes: {
    help: 'Heap that the worker may have; it is restarted at 80 %',
    read: (view) => view.worker.heap_limit,
  },
}

/** Adds the metrics of every session on the board to the registry. */
export function addSessionMetrics(register: Registry, board: Board): void {
  for (const [name, { help, read }] of Object.entries(gauges)) addGauge(register, board, name, help, read)
  addStates(register, board)
  addCounters(register, board)
}

function addGauge(register: Registry, board: Board, name: string, help: string, read: Read): void {
  new Gauge({
    name: prefix + name,
    help,
    labelNames: ['session'],
    registers: [register],
    collect() {
      this.reset()
      for (const view of board.sessions.rows()) this.set({ session: view.id }, read(view))
    },
  })
}

function addStates(register: Registry, board: Board): void {
  new Gauge({
    name: `${prefix}info`,
    help: 'Always 1; names the session',
    labelNames: ['session', 'name', 'port'],
    registers: [register],
    collect() {
      this.reset()
      for (const { id, name, port } of board.sessions.rows()) this.set({ session: id, name, port }, 1)
    },
  })
  new Gauge({
    name: `${prefix}state`,
    help: '1 for the state that the session is in, else 0',
    labelNames: ['session', 'state'],
    registers: [register],
    collect() {
      this.reset()
      for (const view of board.sessions.rows())
        for (const state of sessionStates) this.set({ session: view.id, state }, state === view.state ? 1 : 0)
    },
  })
  new Gauge({
    name: `${prefix}torrents`,
    help: 'Torrents by state',
    labelNames: ['session', 'state'],
    registers: [register],
    collect() {
      this.reset()
      for (const { id } of board.sessions.rows()) {
        for (const state of torrentStates) this.set({ session: id, state }, 0)
        for (const { state } of board.session(id)?.torrents.rows() ?? []) this.inc({ session: id, state })
      }
    },
  })
  new Gauge({
    name: `${prefix}snapshot_age_seconds`,
    help: 'Time since the worker last reported',
    labelNames: ['session'],
    registers: [register],
    collect() {
      this.reset()
      for (const { id } of board.sessions.rows())
        this.set({ session: id }, (board.session(id)?.ageMs(Date.now()) ?? 0) / 1000)
    },
  })
}

function addCounters(register: Registry, board: Board): void {
  const totals = new TransferTotals(board)
  const counters: Readonly<Record<string, { help: string; read: Read }>> = {
    downloaded_bytes_total: {
      help: 'Payload received since the process began',
      read: ({ id }) => totals.of(id).downloaded,
    },
    uploaded_bytes_total: {
      help: 'Payload sent since the process began',
      read: ({ id }) => totals.of(id).uploaded,
    },
    restarts_total: { help: 'Times the worker was brought back', read: ({ restarts }) => restarts },
  }
  for (const [name, { help, read }] of Object.entries(counters)) {
    new Counter({
      name: prefix + name,
      help,
      labelNames: ['session'],
      registers: [register],
      collect() {
        this.reset()
        for (const view of board.sessions.rows()) this.inc({ session: view.id }, read(view))
      },
    })
  }
}
