/** Records of torrents as main keeps them, whole or with what a test is about. */
import { noCounters } from '../../src/protocol/counters.ts'
import { defaultTorrentOptions } from '../../src/protocol/torrent-options.ts'
import type { TorrentRecord } from '../../src/protocol/records.ts'

/** A record of a torrent that was added and started, and whose files nobody has looked at. */
export function torrentRecord(fields: Partial<TorrentRecord> = {}): TorrentRecord {
  return {
    infoHash: 'a'.repeat(40),
    source: { rawInfo: new Uint8Array(1), name: 'sample', trackers: [], webSeeds: [], peers: [] },
    facts: { name: 'sample', totalSize: 1000, private: false, pieceLength: 16_384, pieceCount: 1 },
    saveFolder: '/nowhere',
    savePath: 'nowhere',
    storageMode: 'sparse',
    memoryOnly: true,
    started: true,
    options: defaultTorrentOptions,
    addedAt: 1,
    counters: noCounters,
    bits: undefined,
    quarantine: undefined,
    ...fields,
  }
}
