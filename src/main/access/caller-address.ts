/** The address that a request comes from, seen through the proxies that the operator trusts. */
import { BlockList, isIP } from 'node:net'

/** Gives the caller's address from that of the connection and its X-Forwarded-For. */
export type CallerAddress = (connection: string | undefined, forwardedFor: string | undefined) => string

/** Trusts proxies of these CIDR ranges; the header is read from its end, up to the first that is no proxy. */
export function callerAddress(trusted: readonly string[]): CallerAddress {
  if (trusted.length === 0) return (connection = '') => plain(connection)
  const proxies = new BlockList()
  for (const range of trusted) {
    const [base = '', prefix = ''] = range.split('/')
    proxies.addSubnet(base, Number(prefix), familyOf(base))
  }
  const isProxy = (address: string): boolean => isIP(address) > 0 && proxies.check(address, familyOf(address))
  return (connection = '', forwardedFor = '') => {
    const hops = [...forwardedFor.split(','), connection].map((hop) => plain(hop.trim()))
    let address = hops.pop() ?? ''
    while (isProxy(address)) {
      const before = hops.pop() ?? ''
      // what is no address was not written by a proxy
      if (isIP(before) === 0) break
      address = before
    }
    return address
  }
}

/** An IPv4 address as such, also where a socket of both families has it. */
function plain(address: string): string {
  if (!address.startsWith('::')) return address
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4'
}
