/** What is measured of the process: Node's own metrics by their usual names, and what main has in hand. */
import { collectDefaultMetrics, Counter, Gauge, type Registry } from 'prom-client'
import { version } from '../../protocol/product.ts'
import { replacedPrecisionMs, replaceEventLoopLag } from './event-loop-lag.ts'

/** What main has in hand, read at the moment of a scrape. */
export interface Gauged {
  readonly hashDesk: { readonly waiting: number; readonly running: number }
  readonly http: { readonly connections: number }
  readonly realtime: { readonly connections: number; readonly commands: number }
}

const gauges: Readonly<Record<string, { help: string; read: (gauged: Gauged) => number }>> = {
  hash_jobs_waiting: {
    help: 'Ranges of pieces that wait for a thread',
    read: ({ hashDesk }) => hashDesk.waiting,
  },
  hash_jobs_running: {
    help: 'Ranges of pieces that are being hashed',
    read: ({ hashDesk }) => hashDesk.running,
  },
  http_connections: {
    help: 'Open TCP connections of the API, WebSockets included',
    read: ({ http }) => http.connections,
  },
  socketio_connections: {
    help: 'Open connections of Socket.IO',
    read: ({ realtime }) => realtime.connections,
  },
}

/** Adds the metrics of the process to the registry. */
export function addProcessMetrics(register: Registry, gauged: Gauged): void {
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: replacedPrecisionMs })
  replaceEventLoopLag(register)
  new Gauge({
    name: 'resttorrent_build_info',
    help: 'Always 1; names the program',
    labelNames: ['version'],
    registers: [register],
  }).set({ version }, 1)
  let before = performance.eventLoopUtilization()
  new Gauge({
    name: 'nodejs_eventloop_utilization_ratio',
    help: 'Share of the time since the scrape before in which the event loop was busy',
    registers: [register],
    collect() {
      const now = performance.eventLoopUtilization()
      this.set(performance.eventLoopUtilization(now, before).utilization)
      before = now
    },
  })
  for (const [name, { help, read }] of Object.entries(gauges)) {
    new Gauge({
      name: `resttorrent_${name}`,
      help,
      registers: [register],
      collect() {
        this.set(read(gauged))
      },
    })
  }
  new Counter({
    name: 'resttorrent_socketio_commands_total',
    help: 'Commands that came over Socket.IO',
    registers: [register],
    collect() {
      this.reset()
      this.inc(gauged.realtime.commands)
    },
  })
}
