import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { FileIdentity, TorrentCheckpoint, TorrentFacts } from '../../protocol/records.ts'
import { sharedCopy } from '../../protocol/shared-bytes.ts'
import type { SkippedRow, StoredTorrent, TorrentEntry } from '../../protocol/store-rpc.ts'
import { torrentOptions } from '../../protocol/torrent-options.ts'
import { torrentPlace } from '../../protocol/torrent-place-form.ts'
import { storageModes } from '../../protocol/torrent.ts'
import { unpackIdentities } from './file-identities.ts'
import { jsonColumn, reasonOf } from './json-column.ts'

/** What stands in the column `record` of a torrent. */
const recordForm = z.object({
  source: z.object({
    name: z.string(),
    trackers: z.array(z.array(z.string())),
    webSeeds: z.array(z.string()),
    peers: z.array(z.string()),
  }),
  saveFolder: z.string(),
  savePath: z.string(),
  mountPoint: torrentPlace.shape.mountPoint,
  finishedPath: z.string().optional(),
  renamed: torrentPlace.shape.renamed,
  elsewhere: torrentPlace.optional(),
  renaming: z.object({ between: z.string(), newPath: z.string() }).optional(),
  storageMode: z.enum(storageModes),
  memoryOnly: z.boolean(),
  started: z.boolean(),
  options: torrentOptions.prefault({}),
  goalMet: z.boolean().optional(),
  addedAt: z.number(),
  quarantine: z.string().optional(),
})

const factsForm = z.object({
  name: z.string(),
  totalSize: z.number(),
  private: z.boolean(),
  pieceLength: z.int(),
  pieceCount: z.int(),
})

const blob = z.instanceof(Uint8Array)

const identities = blob.transform((bytes, context): FileIdentity[] => {
  const files = unpackIdentities(bytes)
  if (files !== undefined) return files
  context.addIssue({ code: 'custom', message: 'has a wrong length' })
  return z.NEVER
})

const row = z.object({
  session: z.string(),
  info_hash: z.string(),
  record: jsonColumn(recordForm),
  facts: jsonColumn(factsForm).nullable(),
  removal: z.string(),
  delete_data: z.int(),
  queue_rank: z.number().nullable(),
  raw_info: blob.nullable(),
  open_for_writing: jsonColumn(z.array(z.int())).nullable(),
  bits: blob.nullable(),
  files: identities.nullable(),
  downloaded: z.number().nullable(),
  uploaded: z.number().nullable(),
  active_time_ms: z.number().nullable(),
  seeding_time_ms: z.number().nullable(),
  finished_at: z.number().nullable(),
  completed_told: z.int().nullable(),
})
type Row = z.output<typeof row>

/** The column `record`; what the schema does not know is left out, so that it can be read again. */
export function torrentColumn(torrent: TorrentEntry): string {
  return JSON.stringify(recordForm.parse(torrent))
}

/** The column `facts`. */
export function factsColumn(facts: TorrentFacts): string {
  return JSON.stringify(factsForm.parse(facts))
}

/** The torrent in a row, or why it cannot be read: for one, metainfo that does not hash to its info hash. */
export function readTorrent(values: Record<string, unknown>): StoredTorrent | SkippedRow {
  const read = row.safeParse(values)
  if (!read.success) return skipped(values, reasonOf(read.error))
  const { raw_info: rawInfo, info_hash: infoHash } = read.data
  if (rawInfo !== null && createHash('sha1').update(rawInfo).digest('hex') !== infoHash) {
    return skipped(values, 'raw_info: has another info hash')
  }
  const { session: sessionId, removal, delete_data } = read.data
  return {
    sessionId,
    torrent: entryOf(read.data),
    checkpoint: checkpointOf(read.data),
    removal: removal === '' ? undefined : { id: removal, deleteData: delete_data === 1 },
  }
}

function entryOf({ info_hash, record, facts, raw_info, queue_rank }: Row): TorrentEntry {
  const { source, quarantine, ...rest } = record
  return {
    infoHash: info_hash,
    source: { rawInfo: raw_info === null ? undefined : sharedCopy(raw_info), ...source },
    facts: facts ?? undefined,
    ...rest,
    ...(queue_rank === null ? {} : { queueRank: queue_rank }),
    quarantine,
  }
}

function checkpointOf(row: Row): TorrentCheckpoint | undefined {
  const { downloaded, uploaded } = row
  if (downloaded === null || uploaded === null) return undefined
  return {
    bits: row.bits ?? undefined,
    files: row.files ?? [],
    openForWriting: row.open_for_writing ?? [],
    counters: {
      downloaded,
      uploaded,
      activeTimeMs: row.active_time_ms ?? 0,
      seedingTimeMs: row.seeding_time_ms ?? 0,
      finishedAt: row.finished_at,
      completedTold: row.completed_told === 1,
    },
  }
}

function skipped(values: Record<string, unknown>, reason: string): SkippedRow {
  return { sessionId: String(values['session']), infoHash: String(values['info_hash']), reason }
}
