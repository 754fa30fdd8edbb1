/**
 * Which addresses the server may dial: public unicast ones, and the ranges that the operator opens.
 * An IPv4 address inside an IPv6 one is what counts, because that is where the packets end up. The
 * plain form of a policy is its list of ranges, which crosses threads; each thread builds its own.
 */
import ipaddr from 'ipaddr.js'
import { RestTorrentError } from './errors.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Standing = 'public' | 'opened' | 'refused'

const namedRanges = new Map([
  ['loopback', ['127.0.0.0/8', '::1/128']],
  [
    'private',
    [
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '169.254.0.0/16',
      '100.64.0.0/10',
      'fc00::/7',
      'fe80::/10',
    ],
  ],
])

/** Says of literal address text whether it may be dialled; host names and zone ids are always refused. */
export interface AddressPolicy {
  /** The opened ranges as CIDR text: the plain form, from which `createAddressPolicy` makes an equal policy. */
  readonly ranges: readonly string[]
  /** True for public unicast addresses and for those inside an opened range. */
  readonly allows: (address: string) => boolean
  /** True when the address is allowed only because a range was opened; limits per address do not apply there. */
  readonly isOpened: (address: string) => boolean
}

/** The CIDR ranges that a comma-separated list of `loopback`, `private` and CIDRs names, else `invalid_parameter`. */
export function parseAddressRanges(text: string): string[] {
  if (text.trim() === '') return []
  return text.split(',').flatMap((part) => {
    const name = part.trim()
    const named = namedRanges.get(name)
    if (named !== undefined) return named
    parseRange(name)
    return [name]
  })
}

/** A policy that opens these CIDR ranges beside the public addresses; a malformed one is `invalid_parameter`. */
export function createAddressPolicy(ranges: readonly string[]): AddressPolicy {
  const opened = ranges.map(parseRange)
  const isInOpened = (address: Address): boolean =>
    opened.some(([base, prefix]) => base.kind() === address.kind() && address.match(base, prefix))

  function standingOf(text: string): Standing {
    const address = parseLiteral(text)
    if (address === undefined) return 'refused'
    const standings = dialled(address).map((one): Standing => {
      if (isPublic(one)) return 'public'
      return isInOpened(one) ? 'opened' : 'refused'
    })
    return (['refused', 'opened'] as const).find((standing) => standings.includes(standing)) ?? 'public'
  }

  return {
    ranges: [...ranges],
    allows: (address) => standingOf(address) !== 'refused',
    isOpened: (address) => standingOf(address) === 'opened',
  }
}

function parseRange(text: string): [Address, number] {
  const [, literal = '', digits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  const base = parseLiteral(literal)
  const prefix = Number(digits)
  if (base === undefined || digits === '' || prefix > (base.kind() === 'ipv4' ? 32 : 128)) {
    throw new RestTorrentError('invalid_parameter', `"${text}" is not loopback, private or a CIDR range`)
  }
  if (base instanceof ipaddr.IPv6 && embeddedIPv4(base) !== undefined) {
    throw new RestTorrentError(
      'invalid_parameter',
      `"${text}" holds IPv4 addresses: write it as an IPv4 range`,
    )
  }
  return [base, prefix]
}

// ipaddr.js reads octal, hex and shortened spellings as one dialler would and another would not.
function parseLiteral(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  if (!/^[0-9a-f:.]{2,45}$/i.test(text)) return undefined
  const canonical = URL.parse(`http://[${text}]`)?.hostname.slice(1, -1)
  return canonical === undefined ? undefined : ipaddr.IPv6.parse(canonical)
}

/** Every address that packets to this one may end up at. */
function dialled(address: Address): Address[] {
  if (address instanceof ipaddr.IPv4) return [address]
  const embedded = embeddedIPv4(address)
  if (embedded === undefined) return [address]
  return isIsatap(address) ? [address, embedded] : [embedded]
}

// Only 2000::/3 is assigned for global unicast; ipaddr.js calls the rest unicast too, even ::127.0.0.1.
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false
  return address instanceof ipaddr.IPv4 || (address.toByteArray()[0] ?? 0) >> 5 === 1
}

function embeddedIPv4(address: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  const at = embeddedAt(address)
  return at === undefined ? undefined : new ipaddr.IPv4(address.toByteArray().slice(at, at + 4))
}

/** The byte at which IPv4-mapped, translated (RFC 2765), NAT64, 6to4 and ISATAP addresses hold an IPv4 one. */
function embeddedAt(address: ipaddr.IPv6): number | undefined {
  const range = address.range()
  if (range === '6to4') return 2
  if (range === 'ipv4Mapped' || range === 'rfc6145' || isIsatap(address)) return 12
  // 64:ff9b:1::/48 is for local use (RFC 8215) with an unknown layout: it stays refused as a whole.
  return range === 'rfc6052' && address.parts[2] === 0 ? 12 : undefined
}

function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return (parts[4] === 0 || parts[4] === 0x200) && parts[5] === 0x5efe
}
