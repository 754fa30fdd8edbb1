/** What callers may give of a torrent: when it is added, and later. */
import * as z from 'zod'
import { priority, priorityList } from './file-parameters.ts'
import { torrentGoalInput } from './goals.ts'
import { infoHash, sessionId } from './ids.ts'
import { labelList, metadataInput } from './labels.ts'
import { bytes, flag, integer, rate, text } from './parameters.ts'
import { storageModes } from './torrent.ts'

/** What may be given with a torrent and changed later, see `torrentOptions`. */
const optionFields = {
  download_limit: rate.optional().describe('bytes/s of payload, 0: unlimited'),
  upload_limit: rate.optional().describe('bytes/s of payload, 0: unlimited'),
  max_peers: integer(0, 10_000)
    .optional()
    .describe("connected peers at the most, 0: as many as the session's"),
  upload_slots: integer(1, 1000).optional().describe('peers that are unchoked at the same time, default 10'),
  super_seeding: flag
    .optional()
    .describe('1: send each piece about once while seeding (BEP 16), to peers that connect from now on'),
  file_priorities: priorityList
    .optional()
    .describe(
      'of its files in their order, 0 to 7: 0 skip, 1 low, 4 normal, 7 high, such as "4,0,7" or "normal,skip,high"',
    ),
  default_priority: priority
    .optional()
    .describe('of the files that file_priorities does not reach; 4, but 0 for a magnet with so (BEP 53)'),
  forced: flag.optional().describe('1: run whatever the queue of the session says, and take no place in it'),
  sequential: flag.optional().describe('1: fetch pieces in their order, not the rarest first'),
  first_last_first: flag
    .optional()
    .describe('1: fetch the first and the last piece of each file before all others'),
  display_name: text(255).optional().describe('shown as name; empty: the name in the metainfo'),
  labels: labelList.optional().describe('up to 32, separated by commas; they take the place of those before'),
  metadata: metadataInput
    .optional()
    .describe('a JSON object of up to 4 KiB; it takes the place of that before'),
  ...torrentGoalInput,
}

/** The parameters of `upload_torrent`. */
export const uploadTorrent = z.strictObject({
  session_id: sessionId,
  file: bytes.optional().describe('metainfo (.torrent) file; one of file, magnet, url'),
  magnet: z
    .string()
    .max(8192)
    .optional()
    .describe('magnet link (BEP 9), or an info hash: 40 hex digits or 32 base32 characters'),
  url: z.string().max(2048).optional().describe('http(s) address of a metainfo file'),
  save_path: z
    .string()
    .max(4096)
    .describe('folder for its files: relative to the root folder, or absolute inside it'),
  autostart: flag.default(true).describe('0: added and not started, no peer is contacted'),
  storage_mode: z
    .enum(storageModes, { error: `must be one of ${storageModes.join(', ')}` })
    .default('sparse')
    .describe('sparse: files grow as pieces arrive; allocate: space is reserved first; memory: no files'),
  memory_only: flag.optional().describe("default: the session's"),
  ...optionFields,
})

/** The parameters of `update_torrent`; what is absent stays as it is. */
export const updateTorrent = z.strictObject({
  session_id: sessionId,
  info_hash: infoHash,
  ...optionFields,
})
