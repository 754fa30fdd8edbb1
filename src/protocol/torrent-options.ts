/** What callers decide of a torrent and may change while it runs. */
import * as z from 'zod'
import { labels, metadata } from './labels.ts'
import { skipped, usualPriority } from './file-priorities.ts'
import { torrentGoals } from './goals.ts'

/** The options of a torrent as they are kept; what an older store lacks is the default. */
export const torrentOptions = z.object({
  download_limit: z.number().default(0).describe('bytes/s of payload, 0: unlimited'),
  upload_limit: z.number().default(0).describe('bytes/s of payload, 0: unlimited'),
  max_peers: z.int().default(0).describe("connected peers at the most, 0: as many as the session's"),
  upload_slots: z.int().default(10).describe('peers that are unchoked at the same time'),
  super_seeding: z.boolean().default(false).describe('each piece is sent about once while seeding (BEP 16)'),
  file_priorities: z
    .array(z.int())
    .default([])
    .describe('of its files in their order: 0 skip, 1 low, 4 normal, 7 high'),
  default_priority: z
    .int()
    .default(usualPriority)
    .describe('of the files that file_priorities does not reach'),
  forced: z.boolean().default(false).describe('runs whatever the queue says, and takes no place in it'),
  sequential: z.boolean().default(false).describe('pieces are fetched in their order, not the rarest first'),
  first_last_first: z
    .boolean()
    .default(false)
    .describe('the first and the last piece of each file are fetched before all others'),
  display_name: z.string().default('').describe('shown as name; empty: the name in the metainfo'),
  labels: labels.default([]),
  metadata: metadata.default({}).describe('anything of your own'),
  ...torrentGoals,
})
export type TorrentOptions = z.output<typeof torrentOptions>

/** The options of a torrent of which nobody said anything. */
export const defaultTorrentOptions: TorrentOptions = torrentOptions.parse({})

/** Whether there may be files that are not downloaded. */
export function skipsFiles({ file_priorities, default_priority }: TorrentOptions): boolean {
  return default_priority === skipped || file_priorities.includes(skipped)
}
