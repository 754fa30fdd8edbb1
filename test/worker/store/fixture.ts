import { createHash } from 'node:crypto'
import { noAlternatives } from '../../../src/protocol/alternative-limits.ts'
import { noGoals } from '../../../src/protocol/goals.ts'
import { usualShare } from '../../../src/protocol/host.ts'
import { noQueueLimits } from '../../../src/protocol/queue.ts'
import type { TorrentCounters } from '../../../src/protocol/counters.ts'
import type {
  FileIdentity,
  SessionRecord,
  TorrentCheckpoint,
  TorrentFacts,
} from '../../../src/protocol/records.ts'
import type {
  LoadCursor,
  SkippedRow,
  StoreApi,
  StoredSession,
  StoredTorrent,
  StoreOperation,
  TorrentEntry,
} from '../../../src/protocol/store-rpc.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { defaultTorrentOptions } from '../../../src/protocol/torrent-options.ts'
import { contentBytes } from '../../support/content.ts'

/** The id of the n-th session. */
export const sessionId = (n = 1): string => n.toString(16).padStart(40, '0')

export function sessionOf(n = 1): SessionRecord {
  return {
    id: sessionId(n),
    name: `sitzung ${n} ✓`,
    labels: ['eins', 'zwei'],
    ports: [6881, 6882],
    memoryOnly: false,
    started: true,
    createdAt: 1_700_000_000_000 + n,
    owner: 'rt_0123456789ab',
    root: 'tenants/one',
    quotas: { torrents: 5 },
    announceSecret: 'ab'.repeat(16),
    settings: {
      dht: true,
      lsd: false,
      pex: true,
      upnp: false,
      nat_pmp: false,
      download_limit: 0,
      upload_limit: 1024,
      max_peers: 55,
      encryption: 'preferred',
      announce_address: '203.0.113.7',
      tracker_proxy: 'socks5://name:word@192.0.2.1:1080',
      incomplete_path: 'unfinished',
      ip_filter: '192.0.2.0/24',
      ...noGoals,
      ...noQueueLimits,
      ...usualShare,
      ...noAlternatives,
    },
  }
}

/** The n-th torrent, with as many bytes of metainfo. */
export function torrentOf(n: number, bytes = 2_000): TorrentEntry {
  const rawInfo = new Uint8Array(contentBytes(`torrent ${n}`, bytes))
  return {
    infoHash: createHash('sha1').update(rawInfo).digest('hex'),
    source: {
      rawInfo,
      name: `torrent ${n}`,
      trackers: [['http://127.0.0.1:1/announce'], ['udp://127.0.0.1:1', 'udp://127.0.0.1:2']],
      webSeeds: ['http://127.0.0.1:1/'],
      peers: ['127.0.0.1:6881'],
    },
    facts: { name: `torrent ${n}`, totalSize: 2 ** 40, private: true, pieceLength: 16_384, pieceCount: 7 },
    saveFolder: `/data/${n}`,
    savePath: `${n}`,
    finishedPath: `done/${n}`,
    storageMode: 'sparse',
    memoryOnly: false,
    started: true,
    options: defaultTorrentOptions,
    addedAt: 1_700_000_000_000 + n,
    quarantine: undefined,
  }
}

const factsOf = (n: number): TorrentFacts => ({
  name: `torrent ${n}`,
  totalSize: 2 ** 40,
  private: true,
  pieceLength: 16_384,
  pieceCount: 7,
})

/** A torrent that was added by a magnet link, and what its metadata will be. */
export function magnetOf(n: number): { torrent: TorrentEntry; rawInfo: Uint8Array; facts: TorrentFacts } {
  const torrent = torrentOf(n)
  const rawInfo = torrent.source.rawInfo ?? new Uint8Array()
  return {
    torrent: { ...torrent, facts: undefined, source: { ...torrent.source, rawInfo: undefined } },
    rawInfo,
    facts: factsOf(n),
  }
}

export const identity: FileIdentity = {
  index: 19_999,
  size: 2 ** 42,
  mtimeNs: 1_700_000_000_123_456_789n,
  ino: 2n ** 64n - 1n,
}

export const checkpointOf = (downloaded: number): TorrentCheckpoint => ({
  bits: Uint8Array.of(0xff, 0x80),
  files: [identity, { ...identity, index: 0 }],
  openForWriting: [0, 7],
  counters: countersOf(downloaded),
})

/** Counters of which none is that of a torrent that was just added. */
export function countersOf(downloaded: number): TorrentCounters {
  const [activeTimeMs, seedingTimeMs] = [downloaded * 3, downloaded * 2]
  return {
    downloaded,
    uploaded: 2 ** 45,
    activeTimeMs,
    seedingTimeMs,
    finishedAt: 1_700_000_000_000,
    completedTold: true,
  }
}

export const putSession = (n = 1): StoreOperation => ({ type: 'put_session', session: sessionOf(n) })

export const putTorrent = (torrent: TorrentEntry, session = sessionId()): StoreOperation => ({
  type: 'put_torrent',
  sessionId: session,
  torrent,
})

/** Everything that is kept. */
export async function loadAll(
  store: Pick<StoreApi, 'load'>,
): Promise<{ sessions: StoredSession[]; torrents: StoredTorrent[]; skipped: SkippedRow[]; pages: number }> {
  const all = {
    sessions: [] as StoredSession[],
    torrents: [] as StoredTorrent[],
    skipped: [] as SkippedRow[],
    pages: 0,
  }
  let cursor: LoadCursor | undefined
  do {
    const page = await store.load(cursor)
    all.sessions.push(...page.sessions)
    all.torrents.push(...page.torrents)
    all.skipped.push(...page.skipped)
    all.pages += 1
    cursor = page.next
  } while (cursor !== undefined)
  return all
}

/** The error that a promise rejects with; anything that is no RestTorrentError passes through. */
export async function refusal(promise: Promise<unknown>): Promise<RestTorrentError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof RestTorrentError) return error
    throw error
  }
  throw new Error('it was not refused')
}
