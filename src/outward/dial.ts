/** Opens the connection of a fetch to literal addresses only, so that nothing is resolved a second time. */
import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

const maxAttempts = 4
// One read of a body in chunks of one byte is 10,000 calls: a small buffer keeps it at one read at a time.
const highWaterMark = 4096

/** How long all attempts together may take, and the fetch's own end. */
export interface DialOptions {
  connectTimeoutMs: number
  signal: AbortSignal
}

/**
 * A socket, with TLS done for https, to the first of at most four `addresses` that answers; the certificate
 * is checked against the URL's host. Rejects with the last failure, or when the time is up.
 */
export async function dial(url: URL, addresses: readonly string[], options: DialOptions): Promise<Socket> {
  const end = performance.now() + options.connectTimeoutMs
  const candidates = addresses.slice(0, maxAttempts)
  let failure: unknown
  for (const [index, address] of candidates.entries()) {
    // Each attempt gets its share of what is left: a silent address leaves time for the next.
    const shareMs = Math.max(0, Math.ceil((end - performance.now()) / (candidates.length - index)))
    try {
      return await attempt(url, address, shareMs, options.signal)
    } catch (error) {
      options.signal.throwIfAborted()
      failure = error
    }
  }
  throw failure
}

async function attempt(url: URL, address: string, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted()
  const socket = url.protocol === 'https:' ? openTls(url, address) : openPlain(url, address)
  // Between two owners an error would have no listener; the next read or write reports it anyway.
  socket.on('error', () => undefined)
  const timer = setTimeout(() => socket.destroy(new Error('no connection in time')), timeoutMs)
  try {
    await once(socket, url.protocol === 'https:' ? 'secureConnect' : 'connect', { signal })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function openPlain(url: URL, address: string): Socket {
  const options = { host: address, port: Number(url.port || 80), highWaterMark }
  return connect(options)
}

function openTls(url: URL, address: string): Socket {
  const options = { host: address, port: Number(url.port || 443), ...tlsOptions(url) }
  return connectTls(options)
}

/** TLS for a URL's host on a socket that leads there; the certificate is checked as by `dial`. */
export async function startTls(plain: Socket, url: URL, signal: AbortSignal): Promise<Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const socket = connectTls({ socket: plain, host, ...tlsOptions(url) })
  socket.on('error', () => undefined)
  await once(socket, 'secureConnect', { signal })
  return socket
}

function tlsOptions(url: URL) {
  const name = url.hostname.replace(/\.$/, '')
  return {
    // SNI has no addresses; without a name the certificate is checked against the address.
    servername: isLiteral(name) ? '' : name,
    rejectUnauthorized: true,
    highWaterMark,
    ALPNProtocols: ['http/1.1'],
  }
}

function isLiteral(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
}
