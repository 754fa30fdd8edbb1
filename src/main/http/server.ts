/**
 * The HTTP server around the application: its limits, its port and its end. It owns every TCP connection,
 * those that became WebSockets included.
 */
import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { Log } from '../handlers/answer.ts'
import type { App } from './context.ts'
import { failureAnswer, responseOf } from './answers.ts'
import type { TlsPair } from './tls.ts'

export interface HttpLimits {
  readonly maxConnections?: number
  /** From the opening of a connection, or the first byte of a further request, to the end of the headers. */
  readonly headersTimeoutMs?: number
  /** To the end of the body. */
  readonly requestTimeoutMs?: number
  /** A connection without a request is closed after it. */
  readonly keepAliveTimeoutMs?: number
}

/** What answers some requests itself, beside the application: streams. */
export interface DirectRoute {
  /** Answers and returns true, or returns false for a request that is not its own. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): boolean
}

export interface HttpServer {
  /** Node's own server, for Socket.IO to attach to. */
  readonly server: Server
  /** Open TCP connections. */
  readonly connections: number
  /** Settles when the port is bound; port 0 takes any. Rejects with Node's own error. */
  listen(host: string, port: number): Promise<AddressInfo>
  /** Serves new connections with another certificate. Throws, and changes nothing, for one that does not fit. */
  certify(tls: TlsPair): void
  /** Stops accepting, lets requests under way end, and ends every connection at the deadline. */
  close(deadlineMs: number): Promise<void>
}

const idleCheckMs = 50

/** A server for `app` that does not listen yet; with a certificate it speaks TLS. */
export function createHttpServer(
  app: App,
  log: Log,
  limits: HttpLimits = {},
  tls?: TlsPair,
  ...direct: readonly DirectRoute[]
): HttpServer {
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 30_000, keepAliveTimeoutMs = 15_000 } = limits
  // a missing Host is the application's to refuse, in its own shape
  const options = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(1000, headersTimeoutMs),
    requireHostHeader: false,
    // such a request has no events then, which spares a seventh of the thread's time for a 304
    optimizeEmptyRequests: true,
  }
  const errorHandler = (error: unknown) => responseOf(failureAnswer(refusal(error), log))
  const answer = getRequestListener(app.fetch, { hostname: 'host.invalid', errorHandler })
  const listener: RequestListener = (request, response) => {
    if (app.repeatedReads.answer(request, response)) return
    if (direct.some((route) => route.answer(request, response))) return
    void answer(request, response)
  }
  const server = tls
    ? createTlsServer(
        { ...options, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: headersTimeoutMs },
        listener,
      )
    : createServer(options, listener)
  server.maxConnections = limits.maxConnections ?? 4096
  const sockets = trackSockets(server)
  return {
    server,
    get connections() {
      return sockets.size
    },
    certify: (pair) => {
      if ('setSecureContext' in server) server.setSecureContext({ ...pair, minVersion: 'TLSv1.2' })
    },
    listen: (host, port) => listen(server, host, port),
    close: (deadlineMs) => close(server, sockets, deadlineMs),
  }
}

/** What the adapter throws comes from a request line or Host header that makes no URL. */
function refusal(error: unknown): unknown {
  const unreadable = error instanceof Error && error.name === 'RequestError'
  return unreadable
    ? new RestTorrentError('host_not_allowed', 'the request line or Host header cannot be read')
    : error
}

/** Node itself forgets the connections that were upgraded. */
function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return sockets
}

async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address
}

async function close(server: Server, sockets: ReadonlySet<Socket>, deadlineMs: number): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  // a connection whose last answer ends from now on is idle, and Node would keep it for a next request
  const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs)
  const deadline = setTimeout(() => {
    for (const socket of sockets) socket.destroy()
  }, deadlineMs)
  await closed
  clearInterval(idle)
  clearTimeout(deadline)
}
