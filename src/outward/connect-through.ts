/** Connections by way of a proxy that somebody named: the host's name is resolved there, and never here. */
import { request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import type { AddressPolicy } from '../protocol/address-policy.ts'
import { RestTorrentError } from '../protocol/errors.ts'
import { parseTrackerProxy, type TrackerProxy } from '../protocol/tracker-proxy.ts'
import { connectTo, type ConnectOptions } from './connect-to.ts'
import { startTls } from './dial.ts'
import { isRefusedLiteral } from './resolve.ts'
import { askSocks5, type ProxyTarget } from './socks5.ts'

/** A proxy, and the addresses that it may have itself. */
export interface Via {
  /** A setting `tracker_proxy` that is not empty. */
  readonly proxy: string
  readonly policy: Pick<AddressPolicy, 'allows'>
}

/**
 * A connection to a URL's host through the proxy, with TLS done for https. Rejects with `address_not_allowed`
 * when the URL's host is an address that the policy refuses, or the proxy has one that its policy refuses,
 * and with `fetch_failed` for all else.
 */
export async function connectThrough(via: Via, url: URL, options: ConnectOptions): Promise<Socket> {
  const proxy = parseTrackerProxy(via.proxy)
  if (proxy === undefined) throw new RestTorrentError('fetch_failed', 'the proxy cannot be read')
  if (isRefusedLiteral(url.hostname, options.policy)) {
    throw new RestTorrentError('address_not_allowed', 'points to an address that is not allowed')
  }
  const socket = await reach(proxy, { ...options, policy: via.policy })
  const ended = new AbortController()
  socket.once('close', () => ended.abort())
  const late = AbortSignal.timeout(options.connectTimeoutMs ?? 5000)
  const signal = AbortSignal.any([options.signal, ended.signal, late])
  try {
    await ask(proxy, socket, targetOf(url), signal)
    return url.protocol === 'https:' ? await startTls(socket, url, signal) : socket
  } catch (cause) {
    socket.destroy()
    if (cause instanceof RestTorrentError) throw cause
    const reason = late.aborted ? 'could not be reached in time' : 'could not be reached'
    throw new RestTorrentError('fetch_failed', `${reason} through the proxy`, { cause })
  }
}

async function reach(proxy: TrackerProxy, options: ConnectOptions): Promise<Socket> {
  try {
    return await connectTo(proxy.url, options)
  } catch (cause) {
    if (!(cause instanceof RestTorrentError)) throw cause
    throw new RestTorrentError(cause.code, `the proxy ${cause.message}`, { cause })
  }
}

function targetOf({ hostname, port, protocol }: URL): ProxyTarget {
  return {
    host: hostname.replace(/^\[|\]$|\.$/g, ''),
    port: Number(port || (protocol === 'https:' ? 443 : 80)),
  }
}

async function ask(
  { kind, credentials }: TrackerProxy,
  socket: Socket,
  target: ProxyTarget,
  signal: AbortSignal,
): Promise<void> {
  if (kind === 'socks5') return await askSocks5(socket, target, credentials, signal)
  const status = await askHttp(socket, target, signal)
  if (status < 200 || status > 299) throw new RestTorrentError('fetch_failed', `the proxy answered ${status}`)
}

/** CONNECT (RFC 9110); gives the status of the answer. */
async function askHttp(socket: Socket, { host, port }: ProxyTarget, signal: AbortSignal): Promise<number> {
  const path = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return await new Promise((resolve, reject) => {
    const request = httpRequest({
      createConnection: () => socket,
      method: 'CONNECT',
      path,
      headers: { host: path },
      signal,
    })
    request.on('connect', ({ statusCode = 0 }, _, head) => {
      // who was not asked yet says nothing
      if (head.length === 0) resolve(statusCode)
      else reject(new Error('more than an answer'))
    })
    request.on('error', reject)
    request.on('close', () => reject(new Error('closed without an answer')))
    request.end()
  })
}
