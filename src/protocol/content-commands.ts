/** The commands that give the content of files to players, which send no header. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { fileName } from './content.ts'
import { infoHash, sessionId } from './ids.ts'
import { flag, integer } from './parameters.ts'

const day = 24 * 60 * 60 * 1000
const lifetime = integer(1000, 30 * day)
  .default(day)
  .describe('milliseconds until a link ends, 30 days at the most')

/** Part of the command table. */
export const contentCommands = {
  create_link: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/files/{index}/link',
    scope: 'read',
    description: 'Signs a link to the content of a file, for as long as the key that made it is valid.',
    input: fileName.extend({ lifetime_ms: lifetime }),
    output: z.object({
      path: z.string().describe("what follows the server's address; whoever has it may read the file"),
      expires_at: z.number().describe('milliseconds since the epoch'),
    }),
    jsonp: false,
  },
  get_playlist: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/playlist.m3u',
    scope: 'read',
    description: 'Gives an M3U of the video and audio files of a torrent, with signed links.',
    input: z.strictObject({
      session_id: sessionId,
      info_hash: infoHash,
      lifetime_ms: lifetime,
      download: flag.default(true).describe('0: over REST JSON in place of the file itself'),
    }),
    output: z.object({
      name: z.string().describe('of the file'),
      playlist: z.string().describe("M3U; over Socket.IO the links are without the server's address"),
    }),
    media: 'audio/x-mpegurl',
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
