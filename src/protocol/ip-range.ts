/** Ranges of IP addresses as people write them, and addresses as numbers that can be compared. */

/** An address as unsigned 32-bit words, most significant first: one of IPv4, four of IPv6. */
export type AddressWords = readonly number[]

/** From `first` to `last`, both included, of one family. */
export interface IpRange {
  readonly first: AddressWords
  readonly last: AddressWords
}

const group = /^[0-9a-f]{1,4}$/i
const prefixLength = /^\d{1,3}$/
const [dot, zero, nine] = [0x2e, 0x30, 0x39]

/**
 * The words of a literal address; undefined for anything else. Numbers of IPv4 are decimal, also with zeros in
 * front, as filters write them; an IPv4 address in an IPv6 one (`::ffff:1.2.3.4`) is that IPv4 address.
 */
export function addressWords(text: string): AddressWords | undefined {
  return text.includes(':') ? version6Words(text) : version4Words(text)
}

/** The range that `a/prefix`, `a-b` or a single address says; undefined where it says none. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/')
  if (slash >= 0) {
    const digits = text.slice(slash + 1).trim()
    return prefixLength.test(digits)
      ? blockOf(addressWords(text.slice(0, slash).trim()), Number(digits))
      : undefined
  }
  const dash = text.lastIndexOf('-')
  if (dash >= 0) return rangeBetween(text.slice(0, dash), text.slice(dash + 1))
  return rangeBetween(text, text)
}

/** The range between two addresses; undefined where they are none, of two families, or in the wrong order. */
export function rangeBetween(from: string, to: string): IpRange | undefined {
  const first = addressWords(from.trim())
  const last = addressWords(to.trim())
  if (first === undefined || first.length !== last?.length) return undefined
  return compareWords(first, last) <= 0 ? { first, last } : undefined
}

/** Below 0 where `a` comes first; both are of one family. */
export function compareWords(a: AddressWords, b: AddressWords): number {
  for (let at = 0; at < a.length; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function blockOf(base: AddressWords | undefined, prefix: number): IpRange | undefined {
  if (base === undefined || prefix > base.length * 32) return undefined
  const hostBits = base.map((_, at) => {
    const fixed = Math.min(32, Math.max(0, prefix - at * 32))
    return 2 ** (32 - fixed) - 1
  })
  return {
    first: base.map((word, at) => (word & ~(hostBits[at] ?? 0)) >>> 0),
    last: base.map((word, at) => (word | (hostBits[at] ?? 0)) >>> 0),
  }
}

/** By hand: a filter of 500,000 ranges has a million of them. */
function version4Words(text: string): AddressWords | undefined {
  let [word, byte, digits, dots] = [0, 0, 0, 0]
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === dot && digits > 0) {
      word = word * 256 + byte
      dots += 1
      byte = digits = 0
    } else if (code >= zero && code <= nine && digits < 3) {
      byte = byte * 10 + code - zero
      digits += 1
    } else return undefined
    if (byte > 255) return undefined
  }
  return dots === 3 && digits > 0 ? [word * 256 + byte] : undefined
}

function version6Words(text: string): AddressWords | undefined {
  const [head = '', tail, more] = text.split('::')
  const front = groupsOf(head, tail === undefined)
  const back = groupsOf(tail ?? '', true)
  if (more !== undefined || front === undefined || back === undefined) return undefined
  const missing = 8 - front.length - back.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...front, ...new Array<number>(missing).fill(0), ...back]
  const words = [0, 2, 4, 6].map((at) => (groups[at] ?? 0) * 65_536 + (groups[at + 1] ?? 0))
  const isMapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff
  return isMapped ? words.slice(3) : words
}

/** The 16-bit groups of a part of an IPv6 address, whose last two may be written as IPv4. */
function groupsOf(part: string, mayEndAsVersion4: boolean): number[] | undefined {
  if (part === '') return []
  const texts = part.split(':')
  const last = texts.at(-1) ?? ''
  const embedded = mayEndAsVersion4 ? version4Words(last) : undefined
  if (embedded !== undefined) texts.pop()
  if (!texts.every((text) => group.test(text))) return undefined
  const groups = texts.map((text) => Number.parseInt(text, 16))
  for (const word of embedded ?? []) groups.push(word >>> 16, word & 0xffff)
  return groups
}
