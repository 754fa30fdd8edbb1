/** The commands on peers and bans. */
import * as z from 'zod'
import { ban, banAddress, peerAddress } from './ban.ts'
import type { CommandEntry } from './command-entry.ts'
import { infoHash, sessionId } from './ids.ts'
import { peerView } from './peer-view.ts'

const banInput = z.strictObject({
  session_id: sessionId,
  address: banAddress.describe('an IP address, or host:port for one port of it'),
})

/** Part of the command table. */
export const peerCommands = {
  get_peers: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/peers',
    scope: 'read',
    description: 'Lists the peers that a torrent is connected with.',
    input: z.strictObject({ session_id: sessionId, info_hash: infoHash }),
    output: z.object({ peers: z.array(peerView) }),
    jsonp: false,
  },
  add_peer: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/peers',
    scope: 'control',
    description: 'Has a torrent dial a peer as soon as there is room.',
    input: z.strictObject({
      session_id: sessionId,
      info_hash: infoHash,
      address: peerAddress.describe(
        'an IP address with a port, such as 192.0.2.1:6881 or [2001:db8::1]:6881',
      ),
    }),
    output: z.object({
      address: z.string(),
      is_new: z.boolean().describe('false: the torrent knew it before'),
    }),
    bulk: true,
    jsonp: false,
  },
  get_bans: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/bans',
    scope: 'read',
    description: 'Lists whom a session has nothing to do with, oldest first.',
    input: z.strictObject({ session_id: sessionId }),
    output: z.object({ bans: z.array(ban) }),
    jsonp: false,
  },
  ban_peer: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/bans',
    scope: 'control',
    description: 'Bans a peer from all torrents of a session; connections with it are closed at once.',
    input: banInput,
    output: z.object({ ban }),
    jsonp: false,
  },
  unban_peer: {
    method: 'DELETE',
    path: '/v1/sessions/{session_id}/bans',
    scope: 'control',
    description: 'Takes a ban back, whatever its reason.',
    input: banInput,
    output: z.object({}),
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
