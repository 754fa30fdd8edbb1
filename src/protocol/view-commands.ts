/** The commands that show a torrent as others can use it: its link, its metainfo, its pieces. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { infoHash, sessionId } from './ids.ts'
import { flag } from './parameters.ts'

const torrentName = z.strictObject({ session_id: sessionId, info_hash: infoHash })

/** Part of the command table. */
export const viewCommands = {
  get_magnet: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/magnet',
    scope: 'control', // an announce URL may hold a passkey
    description: 'Shows the magnet link of a torrent (BEP 9), with its trackers and web seeds.',
    input: torrentName,
    output: z.object({ magnet: z.string() }),
    jsonp: false,
  },
  get_metainfo: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/metainfo',
    scope: 'control', // an announce URL may hold a passkey
    description: 'Gives the metainfo of a torrent, a .torrent file with its trackers and web seeds.',
    input: torrentName.extend({
      download: flag.default(false).describe('1: over REST the file itself in place of JSON'),
    }),
    output: z.object({ name: z.string().describe('of the file'), metainfo: z.string().describe('base64') }),
    media: 'application/x-bittorrent',
    jsonp: false,
  },
  get_pieces: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/pieces',
    scope: 'read',
    description: 'Shows which pieces of a torrent are on disk, and how many connected peers have each.',
    input: torrentName,
    output: z.object({
      num_pieces: z.int().nullable().describe('null while the metadata is unknown'),
      num_have: z.int().describe('pieces that are on disk and hash as they should'),
      have: z.string().describe('a bit for each piece, most significant first as in BEP 3, as base64'),
      availability: z
        .string()
        .nullable()
        .describe(
          'a byte for each piece as base64: the peers that have it, 255 for more; null while stopped',
        ),
    }),
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
