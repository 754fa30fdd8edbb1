/** What the world sees of a session: its states, its settings and its view. */
import * as z from 'zod'
import { alternativeSettings, limitsInForce } from './alternative-limits.ts'
import { ipFilterView } from './ip-filter-view.ts'
import { labels } from './labels.ts'
import { sessionGoals } from './goals.ts'
import { shareSettings } from './host.ts'
import { queueSettings } from './queue.ts'
import { quotas } from './quotas.ts'
import { wireError } from './torrent.ts'

/**
 * The states of a session.
 *
 * `starting` → bound and restored → `running` → asked to stop → `stopping` → thread ended → `stopped`.
 * From `starting` and `running` a crash, silence or a full heap leads to `restarting` (back-off) and from
 * there to `starting`; five crashes within 60 s, or a port that is taken, lead to `failed`, which is
 * retried every 5 minutes and by an explicit restart.
 */
export const sessionStates = ['starting', 'running', 'restarting', 'failed', 'stopping', 'stopped'] as const
export type SessionState = (typeof sessionStates)[number]

/**
 * `preferred`: encrypted (MSE) where the peer can, else plain; `required`: nothing is said to a peer that is
 * not encrypted; `off`: plain only.
 */
export const encryptionModes = ['preferred', 'required', 'off'] as const
export type EncryptionMode = (typeof encryptionModes)[number]

/** The settings of a session that its worker obeys. Limits are bytes/s, 0 means unlimited. */
export const sessionSettings = z.object({
  dht: z.boolean(),
  lsd: z.boolean(),
  pex: z.boolean(),
  upnp: z.boolean(),
  nat_pmp: z.boolean(),
  download_limit: z.number(),
  upload_limit: z.number(),
  max_peers: z.int(),
  encryption: z.enum(encryptionModes).default('preferred'), // an older store has none
  ...sessionGoals,
  ...queueSettings,
  ...shareSettings,
  ...alternativeSettings,
  announce_address: z.string().default('').describe('what trackers are told as our address; empty: nothing'),
  tracker_proxy: z.string().default('').describe('see update_session; credentials are shown as ***'),
  incomplete_path: z.string().default('').describe('see update_session; relative to the root folder'),
  ip_filter: z.string().default('').describe('see update_session; of a URL the query is not shown'),
})
export type SessionSettings = z.output<typeof sessionSettings>

/** What a worker takes from its start only: these need other sockets, or an engine made anew. */
const fixedSettings = ['dht', 'pex', 'upnp', 'nat_pmp'] as const

/** Whether a worker must be started again to obey the settings. */
export function needsRestart(before: SessionSettings, after: SessionSettings): boolean {
  return fixedSettings.some((name) => before[name] !== after[name])
}

/** What the supervisor measures of a session's worker thread. */
export const workerVitals = z.object({
  generation: z.int().describe('how many times the worker was started'),
  stale: z.boolean().describe('the worker has been silent for 2 s'),
  cpu: z.number().describe('cores used over the last second'),
  event_loop_utilization: z.number().describe('0…1 over the last second'),
  heap_used: z.number().describe('bytes'),
  heap_limit: z.number().describe('bytes'),
})

/** A session as it is listed and answered. */
export const sessionView = z.object({
  id: z.string(),
  port: z.int().describe('TCP and, with dht, UDP'),
  name: z.string(),
  labels,
  state: z.enum(sessionStates),
  memory_only: z.boolean().describe('nothing of it is kept past the process'),
  durable: z.boolean().describe('it comes back after a restart of the process'),
  restarts: z.int().describe('times its worker was brought back'),
  last_error: wireError.extend({ at: z.number() }).nullable().describe('why its worker last ended'),
  created_at: z.number(),
  owner: z.string().nullable().describe('prefix of the key that made it; null: made without a key'),
  root: z.string().describe('folder below the root folder to which its paths are confined; empty: none'),
  quotas,
  num_torrents: z.int(),
  num_peers: z.int(),
  download_rate: z.number().describe('bytes/s'),
  upload_rate: z.number().describe('bytes/s'),
  settings: sessionSettings,
  limits: limitsInForce,
  ip_filter: ipFilterView.nullable().describe('what was loaded of settings.ip_filter; null: it is empty'),
  worker: workerVitals,
})
export type SessionView = z.output<typeof sessionView>
