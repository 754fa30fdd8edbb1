import ipaddr from 'ipaddr.js'

/** What one caller or peer has to itself: an address of IPv4, also where it is mapped into IPv6, or a /64 of IPv6. */
export function networkOf(host: string): string {
  if (!ipaddr.isValid(host)) return host
  const address = ipaddr.process(host)
  return address instanceof ipaddr.IPv6 ? address.parts.slice(0, 4).join(':') : address.toString()
}
