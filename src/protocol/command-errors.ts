/** Which failures a command can answer, beside those that any command can. */
import type { CommandEntry } from './command-entry.ts'
import { commands, type CommandName } from './commands.ts'
import { errorStatus, type ErrorCode } from './errors.ts'
import { heedsIdempotencyKey } from './idempotency.ts'

const ofAny = [
  'invalid_parameter',
  'unknown_parameter',
  'missing_parameter',
  'invalid_body',
  'body_too_large',
  'unauthorized',
  'forbidden',
  'host_not_allowed',
  'rate_limited',
  'internal',
  'shutting_down',
  'overloaded',
] as const satisfies ErrorCode[]

/** A write waits for the store. */
const ofWrites = [
  'cross_site_request',
  'disk_full',
  'disk_read_only',
  'disk_failed',
  'disk_denied',
  'too_many_open_files',
  'disk_unresponsive',
  'session_gone',
] as const satisfies ErrorCode[]

/** A question to a worker. */
const ofQueries = [
  'session_starting',
  'session_restarting',
  'session_unresponsive',
  'session_failed',
  'session_stopped',
  'session_gone',
] as const satisfies ErrorCode[]

const ofPaths = ['path_outside_root', 'path_reserved', 'invalid_path'] as const satisfies ErrorCode[]

const ofFilters = [
  'invalid_ip_filter',
  'not_found',
  'fetch_failed',
  'address_not_allowed',
  ...ofPaths,
] as const satisfies ErrorCode[]

const own: Partial<Record<CommandName, readonly ErrorCode[]>> = {
  create_session: ['bind_failed', 'session_exists', 'session_unresponsive', ...ofFilters],
  update_session: ['bind_failed', 'session_restarting', 'session_unresponsive', ...ofFilters],
  restart_session: ['session_stopped'],
  upload_torrent: [
    'select_one_source',
    'invalid_bencode',
    'invalid_metainfo',
    'unsupported_v2_only',
    'invalid_magnet',
    'session_is_memory_only',
    'torrent_exists',
    'file_in_use',
    'fetch_failed',
    'address_not_allowed',
    'insufficient_space',
    ...ofPaths,
  ],
  preview_torrent: [
    'select_one_source',
    'invalid_bencode',
    'invalid_metainfo',
    'unsupported_v2_only',
    'invalid_magnet',
    'metadata_unknown',
    'fetch_failed',
    'address_not_allowed',
    ...ofQueries,
  ],
  get_trackers: ofQueries,
  get_web_seeds: ofQueries,
  edit_tracker: ['not_found'],
  remove_tracker: ['not_found'],
  remove_web_seed: ['not_found'],
  reannounce_torrent: ['torrent_not_running', ...ofQueries],
  get_peers: ofQueries,
  get_pieces: ofQueries,
  get_metainfo: ['metadata_unknown'],
  create_link: ['metadata_unknown', 'not_found'],
  get_playlist: ['metadata_unknown'],
  add_peer: ['torrent_not_running', 'address_not_allowed', ...ofQueries],
  ban_peer: ['quota_exceeded'],
  unban_peer: ['not_found'],
  get_files: ['metadata_unknown', 'disk_unresponsive'],
  update_file: ['not_found'],
  rename_file: [
    'metadata_unknown',
    'not_found',
    'invalid_path',
    'path_outside_root',
    'file_exists',
    'file_in_use',
    'files_changed',
    'session_unresponsive',
  ],
  move_torrent: ofPaths,
  create_torrent: ['not_found', ...ofPaths],
  get_free_space: ['disk_failed', 'disk_denied', 'disk_unresponsive', ...ofPaths],
  get_jobs: ['session_not_found', 'job_not_found'],
  create_webhook: ['session_not_found', 'quota_exceeded', 'address_not_allowed'],
  update_webhook: ['address_not_allowed'],
  get_webhooks: ['session_not_found'],
  import_session: ['not_found', 'invalid_import', 'session_exists', 'bind_failed', ...ofPaths],
}

/** Every code that the command can answer, in the order of `errorStatus`. */
export function errorsOf(name: CommandName): ErrorCode[] {
  const entry: CommandEntry = commands[name]
  const { method, path } = entry
  const codes = new Set<ErrorCode>([...ofAny, ...(own[name] ?? [])])
  if (method !== 'GET') for (const code of ofWrites) codes.add(code)
  if (heedsIdempotencyKey(entry)) codes.add('idempotency_key_reused')
  if (entry.shownOnce) codes.add('already_shown')
  if (path.includes('{session_id}')) codes.add('session_not_found')
  if (path.includes('{info_hash}')) codes.add('torrent_not_found')
  if (path.includes('{job_id}')) codes.add('job_not_found')
  if (path.includes('{webhook_id}')) codes.add('webhook_not_found')
  if (path.includes('{prefix}')) codes.add('key_not_found')
  return (Object.keys(errorStatus) as ErrorCode[]).filter((code) => codes.has(code))
}
