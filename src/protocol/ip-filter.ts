/**
 * Addresses that nobody is met at: sorted ranges in shared memory, made once by a task and searched by every
 * session that obeys them.
 */
import { addressWords, compareWords, type AddressWords, type IpRange } from './ip-range.ts'

/** Ranges that one filter may have. */
export const mostFilterRanges = 500_000

/** Words of an address: 1 of IPv4, 4 of IPv6. */
const widths = [1, 4] as const
/** The counts of both families stand in front. */
const headWords = widths.length

/** Ranges of one family, sorted and apart from each other, in two lists: their first addresses, and their last. */
interface Table {
  readonly width: number
  readonly count: number
  readonly firsts: Uint32Array
  readonly lasts: Uint32Array
}

/** A filter over the memory that `packIpFilter` made. */
export class IpFilter {
  readonly #tables: readonly Table[]

  constructor(packed: SharedArrayBuffer) {
    const words = new Uint32Array(packed)
    let at = headWords
    const take = (length: number): Uint32Array => words.subarray(at, (at += length))
    this.#tables = widths.map((width, family) => {
      const count = words[family] ?? 0
      return { width, count, firsts: take(count * width), lasts: take(count * width) }
    })
  }

  /** Whether a literal address is in one of the ranges; a zone id does not count. */
  has(host: string): boolean {
    const address = addressWords(host.split('%', 1)[0] ?? '')
    const table = this.#tables.find(({ width }) => width === address?.length)
    if (address === undefined || table === undefined) return false
    const before = countUpTo(table, address)
    return before > 0 && compareAt(table.lasts, before - 1, address) >= 0
  }
}

/** Sorts ranges and joins those that overlap. */
export function packIpFilter(ranges: readonly IpRange[]): SharedArrayBuffer {
  const families = widths.map((width) => joined(ranges.filter(({ first }) => first.length === width)))
  const lengths = families.map((family, at) => family.length * 2 * (widths[at] ?? 0))
  const length = lengths.reduce<number>((sum, one) => sum + one, headWords)
  const packed = new SharedArrayBuffer(length * Uint32Array.BYTES_PER_ELEMENT)
  const words = new Uint32Array(packed)
  let at = 0
  for (const family of families) words[at++] = family.length
  for (const family of families) {
    for (const { first } of family) for (const word of first) words[at++] = word
    for (const { last } of family) for (const word of last) words[at++] = word
  }
  return packed
}

function joined(ranges: IpRange[]): IpRange[] {
  const apart: IpRange[] = []
  for (const range of ranges.sort((a, b) => compareWords(a.first, b.first))) {
    const before = apart.at(-1)
    if (before === undefined || compareWords(before.last, range.first) < 0) apart.push(range)
    else if (compareWords(before.last, range.last) < 0)
      apart[apart.length - 1] = { first: before.first, last: range.last }
  }
  return apart
}

/** How many ranges of the table begin at the address or before. */
function countUpTo({ firsts, count }: Table, address: AddressWords): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareAt(firsts, middle, address) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

function compareAt(list: Uint32Array, place: number, address: AddressWords): number {
  for (let at = 0; at < address.length; at += 1) {
    const difference = (list[place * address.length + at] ?? 0) - (address[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
