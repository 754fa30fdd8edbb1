/** The command that shows what a torrent holds without adding it. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { sessionId } from './ids.ts'
import { bytes, integer } from './parameters.ts'
import { uploadTorrent } from './torrent-input.ts'

const { magnet, url } = uploadTorrent.shape

/** Part of the command table. */
export const previewCommands = {
  preview_torrent: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/preview',
    scope: 'control',
    description:
      'Shows what is in a torrent without adding it; for a magnet link the session asks its swarm for the metadata and leaves again.',
    input: z.strictObject({
      session_id: sessionId,
      file: bytes.optional().describe('metainfo (.torrent) file; one of file, magnet, url'),
      magnet,
      url,
      timeout_ms: integer(1000, 60_000)
        .default(30_000)
        .describe('how long peers of a magnet link are waited for'),
    }),
    output: z.object({
      info_hash: z.string(),
      name: z.string(),
      total_size: z.number().describe('bytes'),
      piece_length: z.number().describe('bytes'),
      num_pieces: z.int(),
      private: z.boolean(),
      files: z.array(
        z.object({
          path: z.string().describe('below the save path, as it would be written'),
          length: z.number().describe('bytes'),
        }),
      ),
      trackers: z.array(z.object({ url: z.string(), tier: z.int() })),
      web_seeds: z.array(z.object({ url: z.string() })),
    }),
    sheds: 'url',
    runsAnew: true,
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
