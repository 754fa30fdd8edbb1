/**
 * The Socket.IO face of the command table. It owns every connection of Socket.IO on the server; the
 * server and its port belong to whoever made them.
 */
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { Server } from 'socket.io'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { Authentication } from '../access/authentication.ts'
import { checkHost, checkSameSite } from '../handlers/access.ts'
import { answerCalls, type CallOptions } from './calls.ts'
import type { Live } from '../live/live.ts'
import { boundConnection, type Connection } from './connection.ts'
import { createGate } from './gate.ts'
import { holdByKey } from './key-holders.ts'
import { LiveCalls } from './live-calls.ts'
import { tellLostPolls } from './lost-polls.ts'
import { sendPrepared } from './prepared-json.ts'

export interface RealtimeOptions extends Omit<CallOptions, 'maxInFlight' | 'live'> {
  /** What can be followed; without it nothing. */
  readonly live?: Live
  readonly authentication: Authentication
  /** As for REST: names beside IP literals and localhost that a Host header may have. */
  readonly allowedHosts: readonly string[]
  /** Sockets of one key at the same time; absent: any number. */
  readonly socketsPerKey?: number
  /** Commands a second over all sockets of one key; absent: any number. */
  readonly commandsPerKey?: number
  /** Connections at the same time; more are answered `overloaded`. */
  readonly maxConnections?: number
  readonly maxInFlight?: number
  /** Bytes of answers that may wait for a caller to read before it is cut. */
  readonly maxUnsent?: number
}

export interface Realtime {
  /** Open connections. */
  readonly connections: number
  /** Commands that came so far. */
  readonly commands: number
  /** Tells every client `shutdown` with the reason, refuses new ones and disconnects all within the deadline. */
  close(reason: string, deadlineMs?: number): Promise<void>
}

const maxFile = 12 * 1024 * 1024
const maxText = 1024 * 1024
const connectTimeoutMs = 10_000

/** Serves Socket.IO on the server beside its other requests. */
export function attachRealtime(server: HttpServer, options: RealtimeOptions): Realtime {
  const { maxConnections = 1024, maxInFlight = 64, maxUnsent = 4 * 1024 * 1024 } = options
  const connections = new Set<Connection>()
  let closing = false
  let commands = 0
  const io = new Server(server, {
    transports: ['websocket', 'polling'],
    perMessageDeflate: false,
    maxHttpBufferSize: maxFile,
    connectTimeout: connectTimeoutMs,
    serveClient: false,
  })
  sendPrepared(io)
  const check = (request: IncomingMessage) => {
    checkAccess(request, options)
    if (isContinued(request)) return
    if (closing) throw new RestTorrentError('shutting_down', 'the server is stopping')
    if (connections.size < maxConnections) return
    throw new RestTorrentError('overloaded', `more than ${maxConnections} connections`)
  }
  io.engine.use(createGate(check, options.log))
  io.engine.use(tellLostPolls)
  io.engine.on('connection', (connection: Connection) => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
    boundConnection(connection, { maxText, maxBinary: maxFile, maxUnsent })
  })
  const release = holdByKey(io, options)
  const live = options.live && new LiveCalls(io, options.live)
  io.on('connection', (socket) => {
    socket.on('v1', () => (commands += 1))
    answerCalls(socket, { ...options, live, maxInFlight })
  })
  return {
    get connections() {
      return connections.size
    },
    get commands() {
      return commands
    },
    async close(reason, deadlineMs = 2000) {
      closing = true
      release()
      live?.close()
      const closed = Promise.all([...connections].map(closeOf))
      io.emit('shutdown', { reason })
      // without a farewell of Socket.IO's own, after which its clients would not come back by themselves
      for (const connection of connections) connection.close()
      await Promise.race([closed, delay(deadlineMs, undefined, { ref: false })])
      io.engine.close()
    },
  }
}

/** The key comes later, with the first packet; only where none is needed the page has to be our own. */
function checkAccess({ headers }: IncomingMessage, { authentication, allowedHosts }: RealtimeOptions): void {
  const { host, origin } = headers
  const site = headers['sec-fetch-site']
  checkHost(host, allowedHosts)
  if (authentication.isOpen)
    checkSameSite({ host, origin, secFetchSite: typeof site === 'string' ? site : undefined })
}

/** Whether the request belongs to a connection that exists. */
function isContinued({ url = '' }: IncomingMessage): boolean {
  return new URLSearchParams(url.slice(url.indexOf('?'))).has('sid')
}

function closeOf(connection: Connection): Promise<void> {
  return new Promise((resolve) => connection.once('close', () => resolve()))
}
