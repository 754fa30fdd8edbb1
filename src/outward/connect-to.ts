import type { Socket } from 'node:net'
import type { AddressPolicy } from '../protocol/address-policy.ts'
import { RestTorrentError } from '../protocol/errors.ts'
import { dial } from './dial.ts'
import { resolveHost } from './resolve.ts'

/** Which addresses a connection may lead to, and how they are found. */
export interface ConnectOptions {
  policy: Pick<AddressPolicy, 'allows'>
  /** For the connection and its TLS handshake; 5000 when absent. */
  connectTimeoutMs?: number | undefined
  /** Name servers as `address` or `address:port`; the system's when absent. */
  nameservers?: readonly string[] | undefined
  signal: AbortSignal
}

/**
 * A connection to a URL's host, which is resolved once and judged before anything is dialled. Rejects with
 * `address_not_allowed` when the policy refuses any of its addresses, and with `fetch_failed` for all else.
 */
export async function connectTo(url: URL, options: ConnectOptions): Promise<Socket> {
  const { policy, nameservers, connectTimeoutMs = 5000, signal } = options
  try {
    const addresses = await resolveHost(url.hostname, { ...(nameservers && { nameservers }), signal })
    // One refused address among good ones is an attempt, not an accident: none of them is used.
    if (!addresses.every((address) => policy.allows(address))) {
      throw new RestTorrentError('address_not_allowed', 'points to an address that is not allowed')
    }
    return await dial(url, addresses, { connectTimeoutMs, signal })
  } catch (cause) {
    if (cause instanceof RestTorrentError) throw cause
    throw new RestTorrentError('fetch_failed', 'could not be reached', { cause })
  }
}
