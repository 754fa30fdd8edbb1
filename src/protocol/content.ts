/** The content of one file of a torrent over HTTP: how it is named. */
import * as z from 'zod'
import { infoHash, sessionId } from './ids.ts'
import { maxFiles } from './metainfo-files.ts'
import { integer } from './parameters.ts'

/** The path of a file's content; no command, since it is a stream of bytes and no answer. */
export const contentPath = '/v1/sessions/{session_id}/torrents/{info_hash}/files/{index}/content'

/** What names a file: `index` is its place in the metainfo, padding and links counted. */
export const fileName = z.strictObject({
  session_id: sessionId,
  info_hash: infoHash,
  index: integer(0, maxFiles - 1).describe("the file's place in the metainfo"),
})
export type FileName = z.output<typeof fileName>

/** What a signed link says beside the file: until when it is valid, and the prefix of the key that made it. */
export const linkParameters = z.strictObject({
  expires: integer(0, Number.MAX_SAFE_INTEGER),
  key: z.string().max(20),
  signature: z.string().max(100),
})
export type LinkParameters = z.output<typeof linkParameters>

/** As many bytes are read of a file, and wait for whoever reads it, at the most. */
export const chunkLength = 256 * 1024
