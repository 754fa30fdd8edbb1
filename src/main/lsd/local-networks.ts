/** The networks this machine is on, as far as the sessions listen there. IPv4 only, like what LSD is sent on. */
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os'
import ipaddr from 'ipaddr.js'
import type { AddressPolicy } from '../../protocol/address-policy.ts'

/** A mask this wide is that of a tunnel, behind which the whole world would be local. */
const shortestPrefix = 8

/** One address of an interface, with the subnet behind it. */
export interface LocalNetwork {
  readonly address: string
  /** Whether an IPv4 address in four decimal parts is of this subnet. */
  readonly contains: (address: string) => boolean
}

/**
 * The networks of the interfaces that `listenHost` covers (empty, `0.0.0.0` and `::` cover all). Loopback is
 * one only where the policy opens it.
 */
export function localNetworks(
  listenHost: string,
  policy: Pick<AddressPolicy, 'allows'>,
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): LocalNetwork[] {
  const isEverywhere = ['', '0.0.0.0', '::'].includes(listenHost)
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, address }) => family === 'IPv4' && (isEverywhere || address === listenHost))
    .filter(({ internal, address }) => !internal || policy.allows(address))
    .flatMap(networkOf)
}

function networkOf({ address, cidr }: NetworkInterfaceInfo): LocalNetwork[] {
  const prefix = Number(cidr?.split('/')[1] ?? 0)
  if (prefix < shortestPrefix) return []
  const base = ipaddr.IPv4.parse(address)
  return [{ address, contains: (other) => isIPv4(other) && ipaddr.IPv4.parse(other).match(base, prefix) }]
}

function isIPv4(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text)
}
