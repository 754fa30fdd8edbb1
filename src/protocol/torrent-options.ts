/** What callers decide of a torrent and may change while it runs. */
import * as z from 'zod'

/** The options of a torrent as they are kept; what an older store lacks is the default. */
export const torrentOptions = z.object({
  download_limit: z.number().default(0).describe('bytes/s of payload, 0: unlimited'),
  upload_limit: z.number().default(0).describe('bytes/s of payload, 0: unlimited'),
  max_peers: z.int().default(0).describe("connected peers at the most, 0: as many as the session's"),
  upload_slots: z.int().default(10).describe('peers that are unchoked at the same time'),
  super_seeding: z.boolean().default(false).describe('BEP 16'),
})
export type TorrentOptions = z.output<typeof torrentOptions>

/** The options of a torrent of which nobody said anything. */
export const defaultTorrentOptions: TorrentOptions = torrentOptions.parse({})
