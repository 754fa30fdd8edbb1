/** The commands on what a torrent has on disk. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { infoHash, sessionId } from './ids.ts'
import { torrentRow } from './torrent.ts'

/** Part of the command table. */
export const storageCommands = {
  recheck_torrent: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/recheck',
    scope: 'control',
    description:
      'Has all files of a torrent hashed anew, believing nothing; then it goes on as it was, also stopped.',
    input: z.strictObject({ session_id: sessionId, info_hash: infoHash }),
    output: torrentRow,
    jsonp: false,
    bulk: true,
  },
} as const satisfies Record<string, CommandEntry>
