/**
 * The closed list of failures a caller can act on, with the HTTP status each one answers.
 * Codes are the contract: callers and tests match on them, never on the message.
 */
export const errorStatus = {
  /** A parameter has a wrong type, range or form; the message names it. */
  invalid_parameter: 400,
  /** A parameter that the command does not know; the message names it. */
  unknown_parameter: 400,
  /** A required parameter is absent; the message names it. */
  missing_parameter: 400,
  /** The JSON body is not an object, or the body cannot be parsed as what it says it is. */
  invalid_body: 400,
  /** Exactly one of `file`, `magnet` and `url` must be given. */
  select_one_source: 400,
  /** Not bencode, or bencode that the strict parser refuses. */
  invalid_bencode: 400,
  /** The .torrent content breaks a rule; the message names it. */
  invalid_metainfo: 400,
  /** A BitTorrent v2-only torrent or magnet, which is not served. */
  unsupported_v2_only: 400,
  /** The magnet link breaks a rule; the message names it. */
  invalid_magnet: 400,
  /** The file to import breaks a rule; the message names the line. */
  invalid_import: 400,
  /** The IP filter is too large, has too many ranges, or has lines and no range. */
  invalid_ip_filter: 400,
  /** A path leaves the root folder, also by a symbolic link. */
  path_outside_root: 400,
  /** A path inside the data directory that RestTorrent keeps for itself. */
  path_reserved: 400,
  /** A path that cannot be a file name (empty part, NUL, too long). */
  invalid_path: 400,
  /** A durable torrent cannot live in a session that is memory only. */
  session_is_memory_only: 409,
  /** No API key, or none that is valid. */
  unauthorized: 401,
  /** The scope of the key does not allow it. */
  forbidden: 403,
  /** A write or a socket from another site's page. */
  cross_site_request: 403,
  /** No such session. */
  session_not_found: 404,
  /** No API key of that prefix. */
  key_not_found: 404,
  /** No such job. */
  job_not_found: 404,
  /** No such webhook. */
  webhook_not_found: 404,
  /** No such torrent in the session. */
  torrent_not_found: 404,
  /** No such path or command, file (of a torrent, to import or to filter by), ban, tracker or web seed. */
  not_found: 404,
  /** The path exists, the method does not. */
  method_not_allowed: 405,
  /** There is a session of that id. */
  session_exists: 409,
  /** A torrent that is stopped or quarantined cannot do it. */
  torrent_not_running: 409,
  /** A part of a file that is not there: it did not come in time, or nobody fetches it. */
  content_missing: 409,
  /** No peer has sent the metadata of the magnet link so far. */
  metadata_unknown: 409,
  /** The session has the torrent already. */
  torrent_exists: 409,
  /** A file that another torrent writes. */
  file_in_use: 409,
  /** Something lies already where a file is to be. */
  file_exists: 409,
  /** No port of the range could be bound. */
  bind_failed: 409,
  /** The command was run before with this Idempotency-Key, and its answer held a secret that is shown once; the message names what was made. */
  already_shown: 409,
  /** The Idempotency-Key came with another request before. */
  idempotency_key_reused: 422,
  /** The body is larger than allowed. */
  body_too_large: 413,
  /** The file has no byte of the range. */
  range_not_satisfiable: 416,
  /** The Host header names a host that is not allowed. */
  host_not_allowed: 421,
  /** A quota of the key or the session; the message names which, and its bound. */
  quota_exceeded: 403,
  /** Too many requests of this caller. */
  rate_limited: 429,
  /** A bug of ours; the log has the stack. */
  internal: 500,
  /** A URL could not be fetched. */
  fetch_failed: 502,
  /** A URL, what it redirects to, or a peer is at an address that is not allowed. */
  address_not_allowed: 403,
  /** The session is being started; try again. */
  session_starting: 503,
  /** The session's worker ended and is being brought back; try again. */
  session_restarting: 503,
  /** The session's worker gave no answer within the deadline. */
  session_unresponsive: 504,
  /** The session crashed too often; it is retried later or by an explicit restart. */
  session_failed: 503,
  /** The session was stopped and has no worker: start it first. */
  session_stopped: 409,
  /** The worker ended while the call was under way. */
  session_gone: 503,
  /** The thread of the store ended: the server ends too, and whether the change was written is not known. */
  store_gone: 503,
  /** The server ended while the job ran, and it could not be carried on. */
  interrupted: 500,
  /** The server is stopping. */
  shutting_down: 503,
  /** The server has more work than it can take; try again after `Retry-After`. */
  overloaded: 503,
  /** The disk has not enough free space. */
  insufficient_space: 507,
  /** The file system is full, or a quota or file size limit is reached (ENOSPC, EDQUOT, EFBIG). */
  disk_full: 507,
  /** The file system is read-only (EROFS). */
  disk_read_only: 500,
  /** Reading or writing a file failed (EIO and whatever has no code of its own). */
  disk_failed: 500,
  /** No permission for a file or folder (EACCES, EPERM). */
  disk_denied: 500,
  /** Too many open files (EMFILE, ENFILE). */
  too_many_open_files: 503,
  /** A file of the torrent vanished, was cut or replaced. */
  files_changed: 409,
  /** The disk gave no answer within the deadline. */
  disk_unresponsive: 504,
  /** Another process uses the data directory; the message names its pid. */
  data_dir_in_use: 409,
  /** The store's file is damaged or no store; the message names the file and the way back. */
  store_damaged: 500,
  /** The store's file was written by a newer version of the program. */
  store_too_new: 409,
} as const satisfies Record<string, number>

export type ErrorCode = keyof typeof errorStatus

/** What crosses a thread or the network in place of an Error. */
export interface WireError {
  code: ErrorCode
  message: string
  details?: Record<string, unknown>
}

/** A failure a caller can act on; anything else that is thrown is a bug and seen outside as `internal`. */
export class RestTorrentError extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, unknown> | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options?: { cause?: unknown; details?: Record<string, unknown> },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RestTorrentError'
    this.code = code
    this.details = options?.details
  }
}

/** The plain form of any thrown value; what is not a RestTorrentError becomes `internal` without its text. */
export function toWireError(error: unknown): WireError {
  if (!(error instanceof RestTorrentError)) return { code: 'internal', message: 'internal error' }
  const { code, message, details } = error
  return details === undefined ? { code, message } : { code, message, details }
}

/** The error that a plain form stands for. */
export function fromWireError(wire: WireError): RestTorrentError {
  return new RestTorrentError(wire.code, wire.message, wire.details ? { details: wire.details } : {})
}
