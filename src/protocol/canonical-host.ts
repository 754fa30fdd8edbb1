import ipaddr from 'ipaddr.js'

/** One text for one address: IPv4 as itself also where IPv6 sockets show it, IPv6 in its shortest form. */
export function canonicalHost(host: string): string {
  if (!ipaddr.isValid(host)) return host
  const address = ipaddr.process(host)
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString()
}
