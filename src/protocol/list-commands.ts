/** The commands on lists over several sessions. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { allTorrents, pageFields, sessionTorrentRow } from './torrent-list.ts'

/** Part of the command table. */
export const listCommands = {
  get_all_torrents: {
    method: 'GET',
    path: '/v1/torrents',
    scope: 'read',
    description:
      "Lists the torrents of all the caller's sessions, filtered, sorted and in pages as the parameters say.",
    input: allTorrents,
    output: z.object({ ...pageFields, torrents: z.array(sessionTorrentRow) }),
    sheds: 'unpaged',
    jsonp: true,
  },
} as const satisfies Record<string, CommandEntry>
