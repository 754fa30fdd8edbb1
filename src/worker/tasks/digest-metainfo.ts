/** Parses and checks a .torrent file, and hashes the raw bytes of its info dictionary. */
import { hash } from 'node:crypto'
import { parseMetainfo } from '../../protocol/metainfo.ts'
import { factsOf } from '../../protocol/records.ts'
import { sharedCopy } from '../../protocol/shared-bytes.ts'
import type { TorrentDigest } from '../../protocol/tasks.ts'

/** Throws `invalid_bencode`, `invalid_metainfo` or `unsupported_v2_only`. */
export function digestMetainfo(bytes: Uint8Array): TorrentDigest {
  const { info, rawInfo, trackers, webSeeds } = parseMetainfo(bytes)
  return {
    infoHash: hash('sha1', rawInfo, 'hex'),
    rawInfo: sharedCopy(rawInfo), // the view would keep and clone the whole file
    facts: factsOf(info),
    trackers,
    webSeeds,
  }
}
