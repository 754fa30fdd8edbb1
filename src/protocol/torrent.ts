/** What the world sees of a torrent: its state, its row in a list and its detail. */
import * as z from 'zod'
import { errorStatus, type ErrorCode } from './errors.ts'
import { torrentOptions } from './torrent-options.ts'

/**
 * The states of a torrent: libtorrent's words, as the seed's clients know them, and three of ours.
 *
 * `stopped` → start → `checking_resume_data` → (`queued_for_checking` → `checking_files`) → (`allocating`)
 * → `downloading_metadata` (magnets, before the rest) → `downloading` → `finished` (all selected files)
 * or `seeding` (all files). A fault of its disk or files leads to `error`, two crashes of the worker in a
 * row while it was being activated to `quarantined`. A started torrent that its session has no place for is
 * `queued` instead of any of these, until there is one.
 */
export const torrentStates = [
  'checking_resume_data',
  'queued_for_checking',
  'checking_files',
  'downloading_metadata',
  'downloading',
  'finished',
  'seeding',
  'allocating',
  'queued',
  'stopped',
  'error',
  'quarantined',
] as const
export type TorrentState = (typeof torrentStates)[number]

export const storageModes = ['sparse', 'allocate', 'memory'] as const
export type StorageMode = (typeof storageModes)[number]

const errorCodes = Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]

/** A failure as it stands inside an answer. */
export const wireError = z.object({
  code: z.enum(errorCodes).describe('what failed, from a closed list'),
  message: z.string().describe('a sentence that names the thing'),
})

/** A row of the list of torrents. Rates are bytes per second, sizes bytes, progress and ratio 0…1 and up. */
export const torrentRow = z.object({
  info_hash: z.string(),
  name: z.string(),
  state: z.enum(torrentStates),
  progress: z.number().describe('0…1 of the selected bytes'),
  download_rate: z.number().describe('bytes/s of payload'),
  upload_rate: z.number().describe('bytes/s of payload'),
  num_peers: z.int().describe('connected peers, seeds included'),
  num_seeds: z.int().describe('connected peers that have everything'),
  total_size: z.number().describe('bytes of all files; 0 while the metadata is unknown'),
  downloaded: z.number().describe('payload bytes received since it was added'),
  uploaded: z.number().describe('payload bytes sent since it was added'),
  ratio: z.number().describe('uploaded / downloaded, of the total size where nothing was downloaded'),
  eta_ms: z.number().nullable().describe('estimated time to the end at the present rate; null when unknown'),
  added_at: z.number().describe('milliseconds since the epoch'),
  finished_at: z.number().nullable().describe('when it was complete for the first time; null until then'),
  queue_position: z.int().describe('its place in the queue of its session, 0 is the first'),
  save_path: z.string().describe('folder where its files are now, relative to the root folder'),
  labels: torrentOptions.shape.labels,
  metadata: torrentOptions.shape.metadata,
  error: wireError.optional().describe('why, in the states error and quarantined'),
})
export type TorrentRow = z.output<typeof torrentRow>

/** One torrent in full: its row, what never changes while it runs, and what changes all the time. */
export const torrentDetail = torrentRow.extend({
  storage_mode: z.enum(storageModes),
  memory_only: z.boolean(),
  finished_path: z
    .string()
    .nullable()
    .describe('where its files move when it is finished, as save_path; null: they stay where they are'),
  private: z.boolean().nullable().describe('BEP 27; null while the metadata is unknown'),
  piece_length: z.int().nullable().describe('bytes; null while the metadata is unknown'),
  num_pieces: z.int().nullable(),
  active_time_ms: z.int().describe('how long it was among its peers: not stopped, checked or in a fault'),
  seeding_time_ms: z.int().describe('the part of it with all selected files there'),
  options: torrentOptions.describe('what update_torrent changes'),
})
export type TorrentDetail = z.output<typeof torrentDetail>
