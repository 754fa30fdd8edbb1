/** How the place of a torrent's files is kept; apart from what is done with it, which session workers load. */
import * as z from 'zod'

/** A file that does not lie where the metainfo names it. */
export const renamedFile = z.strictObject({
  index: z.int().min(0),
  path: z.string().min(1).max(4095).describe('below the save path'),
})
export type RenamedFile = z.output<typeof renamedFile>

/** A place for the files of one torrent. */
export const torrentPlace = z.object({
  /** Absolute and resolved. */
  saveFolder: z.string(),
  /** The same relative to the root. */
  savePath: z.string(),
  renamed: z.array(renamedFile).readonly().optional(),
  /** Folder at or above it that its disk was mounted on when it was chosen; absent: on none but `/`. */
  mountPoint: z.string().optional(),
})
export type TorrentPlace = z.output<typeof torrentPlace>
