/** Reads an IP filter from where it comes from. Bounded in bytes and ranges; a line that is wrong is counted. */
import { gunzipSync } from 'node:zlib'
import { createAddressPolicy } from '../../../protocol/address-policy.ts'
import { RestTorrentError } from '../../../protocol/errors.ts'
import { mostFilterRanges, packIpFilter } from '../../../protocol/ip-filter.ts'
import type { IpFilterRequest, IpFilterSource, LoadedIpFilter } from '../../../protocol/ip-filter-source.ts'
import type { IpRange } from '../../../protocol/ip-range.ts'
import { guardedFetch } from '../../../outward/guarded-fetch.ts'
import { keepCopy } from './filter-copy.ts'
import { readFilterFile, type FilterBytes } from './filter-file.ts'
import { readFilterLine } from './filter-line.ts'

/** Of a file, packed by gzip or not. */
export const mostFilterBytes = 64 * 1024 * 1024
const longestLine = 1024
const newline = 0x0a
const byteOrderMark = Buffer.from('\ufeff')

/**
 * Rejects with `invalid_ip_filter`, `not_found`, the codes of the path rule, of a fetch or of the disk. What has
 * lines and not one range among them is no filter: a page that says so in place of a list must not open the way.
 */
export async function loadIpFilter({ source, copy }: IpFilterRequest): Promise<LoadedIpFilter> {
  const { bytes, at } = await bytesOf(source)
  const plain = unpacked(bytes)
  const { ranges, skippedLines } = readLines(plain)
  if (ranges.length === 0 && skippedLines > 0) throw refusal('has no line that says a range')
  if (copy !== undefined) keepCopy(copy, plain)
  return { packed: packIpFilter(ranges), ranges: ranges.length, skippedLines, at }
}

async function bytesOf(source: IpFilterSource): Promise<FilterBytes> {
  if (source.kind === 'list') {
    return { bytes: Buffer.from(source.text.replaceAll(',', '\n')), at: Date.now() }
  }
  if (source.kind !== 'url') return readFilterFile(source, mostFilterBytes)
  const policy = createAddressPolicy(source.allowedRanges)
  const { body } = await guardedFetch(source.url, { policy, maxBytes: mostFilterBytes })
  return { bytes: Buffer.from(body.buffer, body.byteOffset, body.length), at: Date.now() }
}

function unpacked(bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: mostFilterBytes })
  } catch (error) {
    throw refusal('cannot be unpacked, or is too large', error)
  }
}

function readLines(bytes: Buffer): { ranges: IpRange[]; skippedLines: number } {
  const ranges: IpRange[] = []
  let skippedLines = 0
  for (
    let at = byteOrderMark.equals(bytes.subarray(0, byteOrderMark.length)) ? byteOrderMark.length : 0;
    at < bytes.length;
  ) {
    const end = bytes.indexOf(newline, at)
    const next = end < 0 ? bytes.length : end
    const line = next - at > longestLine ? 'wrong' : readFilterLine(bytes.toString('latin1', at, next))
    if (line === 'wrong') skippedLines += 1
    else if (line !== 'nothing' && ranges.push(line) > mostFilterRanges) {
      throw refusal(`has more than ${mostFilterRanges} ranges`)
    }
    at = next + 1
  }
  return { ranges, skippedLines }
}

function refusal(why: string, cause?: unknown): RestTorrentError {
  return new RestTorrentError('invalid_ip_filter', `the ip filter ${why}`, { cause })
}
