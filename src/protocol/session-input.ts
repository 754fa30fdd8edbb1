/** What callers may give of a session: when it is made, and later. */
import * as z from 'zod'
import { alternativeInput } from './alternative-limits.ts'
import { canonicalHost } from './canonical-host.ts'
import { sessionGoalInput } from './goals.ts'
import { shareInput } from './host.ts'
import { sessionId } from './ids.ts'
import { ipFilterSetting } from './ip-filter-source.ts'
import { labelList } from './labels.ts'
import { flag, integer, portList, portRange, rate, text } from './parameters.ts'
import { queueInput } from './queue.ts'
import { quotaInput } from './quotas.ts'
import { rootPath } from './root-path.ts'
import { trackerProxySetting } from './tracker-proxy-form.ts'
import { encryptionModes } from './session.ts'

const changeable = {
  name: text(200),
  max_peers: integer(1, 10_000),
  announce_address: z
    .union([z.literal(''), z.ipv4(), z.ipv6()], { error: 'must be an IP address, or empty' })
    .transform(canonicalHost),
  incomplete_path: text(4096),
  encryption: z.enum(encryptionModes, { error: `must be one of ${encryptionModes.join(', ')}` }),
}

const { quota_sessions: _, ...sessionQuotas } = quotaInput

/** The parameters of `create_session`; quotas are for an administrator of all sessions to set. */
export const createSession = z.strictObject({
  port_range: portRange.optional().describe('first and last port to try, default "6881,6891"'),
  ports: portList.optional().describe('ports to try in order, instead of port_range'),
  memory_only: flag
    .optional()
    .describe('1: nothing of the session is kept past the process; default RESTTORRENT_MEMORY_ONLY (1)'),
  root: rootPath
    .optional()
    .describe("folder below the root folder to which its paths are confined; default: the key's; for admin"),
  ...sessionQuotas,
  name: changeable.name.default('').describe('a name of your own'),
  labels: labelList.default([]).describe('up to 32, separated by commas'),
  dht: flag.default(true).describe('take part in the DHT (BEP 5)'),
  lsd: flag.default(false).describe('find peers on the local network (BEP 14)'),
  pex: flag.default(true).describe('exchange peers with peers (BEP 11)'),
  upnp: flag.default(false).describe('ask the router for a port by UPnP'),
  nat_pmp: flag.default(false).describe('ask the router for a port by NAT-PMP'),
  download_limit: rate.default(0).describe('bytes/s of payload, 0: unlimited'),
  upload_limit: rate.default(0).describe('bytes/s of payload, 0: unlimited'),
  max_peers: changeable.max_peers.default(200).describe('connected peers of the session at the most'),
  encryption: changeable.encryption
    .default('preferred')
    .describe(
      'preferred: encrypted, or plain where a peer cannot; required: encrypted only; off: plain only',
    ),
  ...sessionGoalInput,
  ...queueInput,
  ...shareInput,
  ...alternativeInput,
  announce_address: changeable.announce_address
    .default('')
    .describe('address that trackers are told as ours (ip), where they heed that; empty: the one they see'),
  tracker_proxy: trackerProxySetting
    .default('')
    .describe(
      'http://host:port or socks5://[user:password@]host:port: how HTTP trackers are asked; udp ones fail then; empty: none',
    ),
  incomplete_path: changeable.incomplete_path
    .default('')
    .describe('folder, as save_path, where torrents are until they are finished; empty: at their save_path'),
  ip_filter: ipFilterSetting
    .default('')
    .describe(
      'whom nothing is to do with: a URL or a path below the root of a list (CIDR, DAT or P2P), or up to 100 ranges',
    ),
})

/** The parameters of `update_session`; what is absent stays as it is. */
export const updateSession = z.strictObject({
  session_id: sessionId,
  name: changeable.name.optional().describe('a name of your own'),
  port: integer(1, 65_535)
    .optional()
    .describe('where it listens, answered once it does; a change restarts the worker in order'),
  labels: labelList.optional().describe('up to 32, separated by commas; they take the place of those before'),
  download_limit: rate.optional().describe('bytes/s of payload, 0: unlimited; at once'),
  upload_limit: rate.optional().describe('bytes/s of payload, 0: unlimited; at once'),
  max_peers: changeable.max_peers
    .optional()
    .describe('of the session; at once: connections above it are closed'),
  encryption: changeable.encryption
    .optional()
    .describe('at once: connections that it does not allow are closed'),
  ...sessionGoalInput,
  ...queueInput,
  ...shareInput,
  ...alternativeInput,
  announce_address: changeable.announce_address
    .optional()
    .describe('as for create_session; from the next announce on'),
  tracker_proxy: trackerProxySetting
    .optional()
    .describe('as for create_session; at once: what is under way by another way is ended'),
  incomplete_path: changeable.incomplete_path
    .optional()
    .describe('as for create_session, empty: none; for torrents that are added from now on'),
  ip_filter: ipFilterSetting
    .optional()
    .describe('as for create_session, empty: none; at once; the same again: read anew'),
  lsd: flag.optional().describe('BEP 14; at once'),
  dht: flag.optional().describe('BEP 5; a change restarts the worker in order'),
  pex: flag.optional().describe('BEP 11; a change restarts the worker in order'),
  upnp: flag.optional().describe('a change restarts the worker in order'),
  nat_pmp: flag.optional().describe('a change restarts the worker in order'),
})
