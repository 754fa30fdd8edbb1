/**
 * Turns a URL's host into literal addresses. DNS goes through `dns.Resolver`, never `dns.lookup`, which
 * would take a thread of the file system's pool; so names of the hosts file are unknown, `localhost` apart.
 */
import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { AddressPolicy } from '../protocol/address-policy.ts'

/** Where to ask and when to stop asking; `nameservers` are `address` or `address:port`, else the system's. */
export interface ResolveOptions {
  nameservers?: readonly string[] | undefined
  signal: AbortSignal
}

/** All addresses of a host as a WHATWG URL spells it, IPv4 first; rejects when there is none or on abort. */
export async function resolveHost(hostname: string, options: ResolveOptions): Promise<string[]> {
  return literalAddresses(hostname) ?? (await queryBothFamilies(hostname.replace(/\.$/, ''), options))
}

/** The addresses of a host that says them itself; undefined for one that has to be asked for. */
function literalAddresses(hostname: string): string[] | undefined {
  const name = hostname.replace(/^\[|\]$|\.$/g, '')
  if (isIP(name) !== 0) return [name]
  // RFC 6761: localhost and the names below it are loopback and are never asked for.
  return name === 'localhost' || name.endsWith('.localhost') ? ['127.0.0.1', '::1'] : undefined
}

/** Whether a host that says its addresses itself has one that is refused; what a name leads to is judged at each use. */
export function isRefusedLiteral(hostname: string, policy: Pick<AddressPolicy, 'allows'>): boolean {
  return literalAddresses(hostname)?.every((address) => policy.allows(address)) === false
}

async function queryBothFamilies(name: string, { nameservers, signal }: ResolveOptions): Promise<string[]> {
  signal.throwIfAborted()
  const resolver = new Resolver({ timeout: 2500, tries: 2 })
  if (nameservers !== undefined) resolver.setServers(nameservers)
  const cancel = (): void => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (addresses.length === 0) throw new Error('no addresses', { cause: answers.map(reasonOf) })
    return addresses
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

function reasonOf(answer: PromiseSettledResult<unknown>): unknown {
  return answer.status === 'rejected' ? answer.reason : undefined
}
