import { RestTorrentError, type ErrorCode } from '../../../protocol/errors.ts'

const codeOfErrno: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
  EFBIG: 'disk_full',
  EROFS: 'disk_read_only',
  EACCES: 'disk_denied',
  EPERM: 'disk_denied',
  EMFILE: 'too_many_open_files',
  ENFILE: 'too_many_open_files',
  ENOENT: 'files_changed',
  ENOTDIR: 'files_changed',
  EISDIR: 'files_changed',
  ESTALE: 'files_changed',
  ELOOP: 'path_outside_root',
  EMLINK: 'path_outside_root',
  ENAMETOOLONG: 'invalid_path',
}

/** Node's code of a failed system call (`ENOSPC`), or undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('errno' in error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/**
 * What to throw for a file operation that failed: a RestTorrentError whose message names `path` as given
 * (relative to the save path, never absolute: Node's own messages are, and stay in `cause`). What is no
 * failed system call is returned as it is.
 */
export function diskError(error: unknown, doing: string, path: string): unknown {
  const errno = errnoOf(error)
  if (errno === undefined) return error
  const code = Object.hasOwn(codeOfErrno, errno) ? codeOfErrno[errno] : undefined
  return new RestTorrentError(code ?? 'disk_failed', `cannot ${doing} ${path}: ${errno}`, {
    cause: error,
    details: { errno, path },
  })
}
