/** What an info dictionary says, for those who are shown it. */
import { parseInfo } from '../../protocol/torrent-info.ts'
import { factsOf } from '../../protocol/records.ts'
import type { InfoDescription } from '../../protocol/tasks.ts'

/** Throws `invalid_bencode`, `invalid_metainfo` or `unsupported_v2_only`. Padding (BEP 47) is no file. */
export function describe(rawInfo: Uint8Array): InfoDescription {
  const info = parseInfo(rawInfo)
  const files = info.files.filter(({ padding }) => !padding)
  return { facts: factsOf(info), files: files.map(({ safePath: path, length }) => ({ path, length })) }
}
