/** The commands on the queue of a session. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { infoHash, sessionId } from './ids.ts'
import { queuePlace } from './queue.ts'
import { torrentRow } from './torrent.ts'

/** Part of the command table. */
export const queueCommands = {
  reorder_torrent: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/reorder',
    scope: 'control',
    description: 'Moves a torrent in the queue of its session; many that are moved keep their order.',
    input: z.strictObject({
      session_id: sessionId,
      info_hash: infoHash,
      position: queuePlace.describe('top, up, down, bottom, or a position: 0 is the first'),
    }),
    output: torrentRow,
    jsonp: false,
    bulk: true,
  },
} as const satisfies Record<string, CommandEntry>
