/** Counts the requests of one HTTP server through Node's own diagnostics channels: nothing is wrapped. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Counter, Histogram, type Registry } from 'prom-client'

const startChannel = 'http.server.request.start'
const finishChannel = 'http.server.response.finish'
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly server: Server
}

interface Tally {
  readonly method: string
  readonly code: number
  requests: number
}

/** Counts from now on; gives its own undo. */
export function addHttpMetrics(register: Registry, server: Server): () => void {
  const startedAt = new WeakMap<IncomingMessage, number>()
  const tallies = new Map<string, Tally>()
  const durations = new Histogram({
    name: 'resttorrent_http_request_duration_seconds',
    help: 'From the headers of a request to the end of its answer',
    buckets: seconds,
    registers: [register],
  })
  new Counter({
    name: 'resttorrent_http_requests_total',
    help: 'Requests that were answered, those of Socket.IO by polling included',
    labelNames: ['method', 'code'],
    registers: [register],
    collect() {
      this.reset()
      for (const { method, code, requests } of tallies.values()) this.inc({ method, code }, requests)
    },
  })
  const onStart = (message: unknown): void => {
    const { request, server: of } = message as Exchange
    if (of === server) startedAt.set(request, performance.now())
  }
  const onFinish = (message: unknown): void => {
    const { request, response, server: of } = message as Exchange
    if (of !== server) return
    const { method = '' } = request
    const name = `${method} ${response.statusCode}`
    const tally = tallies.get(name)
    if (tally === undefined) tallies.set(name, { method, code: response.statusCode, requests: 1 })
    else tally.requests += 1
    const from = startedAt.get(request)
    if (from !== undefined) durations.observe((performance.now() - from) / 1000)
  }
  subscribe(startChannel, onStart)
  subscribe(finishChannel, onFinish)
  return () => {
    unsubscribe(startChannel, onStart)
    unsubscribe(finishChannel, onFinish)
  }
}
