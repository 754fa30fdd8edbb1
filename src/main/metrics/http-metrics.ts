/** Counts the requests of one HTTP server through Node's own diagnostics channels: nothing is wrapped. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Counter, type Registry } from 'prom-client'
import { Durations } from './durations.ts'

const startChannel = 'http.server.request.start'
const finishChannel = 'http.server.response.finish'
const startedAt = Symbol('when the request came')
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface Exchange {
  readonly request: IncomingMessage & { [startedAt]?: number }
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
  const tallies = new Map<string, Tally>()
  let last: Tally | undefined
  const durations = new Durations({
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
  const tallyOf = (method: string, code: number): Tally => {
    const name = `${method} ${code}`
    const tally = tallies.get(name) ?? { method, code, requests: 0 }
    tallies.set(name, tally)
    return tally
  }
  const onStart = (message: unknown): void => {
    const { request, server: of } = message as Exchange
    if (of === server) request[startedAt] = performance.now()
  }
  const onFinish = (message: unknown): void => {
    const { request, response, server: of } = message as Exchange
    if (of !== server) return
    const { method = '' } = request
    const { statusCode: code } = response
    // nearly always as the one before
    if (last?.method !== method || last.code !== code) last = tallyOf(method, code)
    last.requests += 1
    const from = request[startedAt]
    if (from !== undefined) durations.note((performance.now() - from) / 1000)
  }
  subscribe(startChannel, onStart)
  subscribe(finishChannel, onFinish)
  return () => {
    unsubscribe(startChannel, onStart)
    unsubscribe(finishChannel, onFinish)
  }
}
