/** A .torrent file of a torrent that is known. */
import { encodeBencode, type EncodableDictionary } from './bencode-encode.ts'
import type { TorrentSource } from './records.ts'

/** The metainfo (BEP 3, 12, 19); the info dictionary stands in it byte for byte as it came. Remarks have keys before `info`. */
export function metainfoFile(
  rawInfo: Uint8Array,
  { trackers, webSeeds }: Pick<TorrentSource, 'trackers' | 'webSeeds'>,
  remarks: Partial<Pick<EncodableDictionary, 'comment' | 'created by' | 'creation date'>> = {},
): Uint8Array {
  const [first] = trackers.flat()
  // keys in the order of their bytes, the info dictionary between those before and after it
  const head = encodeBencode({
    announce: first,
    'announce-list': trackers.flat().length > 1 ? trackers : undefined,
    ...remarks,
  })
  const tail = encodeBencode({ 'url-list': webSeeds.length > 0 ? webSeeds : undefined })
  const key = new TextEncoder().encode('4:info')
  const parts = [head.subarray(0, -1), key, rawInfo, tail.subarray(1)]
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    file.set(part, at)
    at += part.length
  }
  return file
}
