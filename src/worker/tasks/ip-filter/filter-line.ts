/**
 * One line of an IP filter: a CIDR range, an address or `a-b`; eMule's `a - b , level , text` (DAT); or
 * PeerGuardian's `name:a-b` (P2P).
 */
import { parseIpRange, type IpRange } from '../../../protocol/ip-range.ts'

/** eMule lets pass what has this level or a higher one. */
const allowedLevel = 128
const comment = /^(?:$|#|;|\/\/)/
const trailingComment = /\s*[#;].*$/

/** `nothing`: a comment, or what its level lets pass; `wrong`: no form that is known. */
export type FilterLine = IpRange | 'nothing' | 'wrong'

/** What a line says, without its line break. */
export function readFilterLine(text: string): FilterLine {
  const line = text.trim()
  if (comment.test(line)) return 'nothing'
  const comma = line.indexOf(',')
  const range = parseIpRange(comma < 0 ? line : line.slice(0, comma))
  if (range !== undefined) {
    const level = comma < 0 ? Number.NaN : Number.parseInt(line.slice(comma + 1), 10)
    return level >= allowedLevel ? 'nothing' : range
  }
  return parseIpRange(line.replace(trailingComment, '')) ?? namedRange(line) ?? 'wrong'
}

/** The name may hold colons itself, and so does IPv6: the longest end of the line that is a range is the range. */
function namedRange(line: string): IpRange | undefined {
  for (let colon = line.indexOf(':'); colon >= 0; colon = line.indexOf(':', colon + 1)) {
    const range = parseIpRange(line.slice(colon + 1))
    if (range !== undefined) return range
  }
  return undefined
}
