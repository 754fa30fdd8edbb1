/** The command that says how much files of a torrent are wanted. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { indexList, priority } from './file-parameters.ts'
import { infoHash, sessionId } from './ids.ts'
import { torrentOptions } from './torrent-options.ts'

/** Part of the command table. */
export const fileCommands = {
  update_file: {
    method: 'PATCH',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/files',
    scope: 'control',
    description:
      'Changes the priority of files of a torrent, at once where it runs; those of the others stay.',
    input: z.strictObject({
      session_id: sessionId,
      info_hash: infoHash,
      indexes: indexList.describe('their places in the metainfo as get_files shows them, such as "0,3"'),
      priority: priority.describe('0 to 7, or skip (0), low (1), normal (4), high (7)'),
    }),
    output: torrentOptions.pick({ file_priorities: true, default_priority: true }),
    bulk: true,
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
