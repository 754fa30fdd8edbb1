/** Reads the file of an IP filter, one that an operator names or one below a session's root. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { IpFilterSource } from '../../../protocol/ip-filter-source.ts'
import { diskError, errnoOf } from '../../session/storage/disk-error.ts'
import { resolveUnderRoot } from '../resolve-folder.ts'

/** What a filter is read from, and when that was there. */
export interface FilterBytes {
  readonly bytes: Buffer
  /** Milliseconds since the epoch. */
  readonly at: number
}

// a FIFO in the file's place would block an open without O_NONBLOCK
const flags = constants.O_RDONLY | constants.O_NONBLOCK

/** Throws `not_found`, `invalid_ip_filter`, a code of the path rule or of the disk. */
export function readFilterFile(
  source: Extract<IpFilterSource, { kind: 'path' | 'file' }>,
  mostBytes: number,
): FilterBytes {
  const shown = source.kind === 'path' ? source.path : source.file
  try {
    const descriptor = open(source)
    try {
      const stats = fstatSync(descriptor)
      if (!stats.isFile()) throw new RestTorrentError('not_found', `ip_filter: ${shown} is no file`)
      if (stats.size > mostBytes) {
        throw new RestTorrentError(
          'invalid_ip_filter',
          `ip_filter: ${shown} is larger than ${mostBytes} bytes`,
        )
      }
      return {
        bytes: readWhole(descriptor, stats.size),
        at: source.kind === 'file' ? stats.mtimeMs : Date.now(),
      }
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'ENOENT' || errno === 'ENOTDIR')
      throw new RestTorrentError('not_found', `ip_filter: there is no file ${shown}`, { cause: error })
    throw diskError(error, 'read', shown)
  }
}

function open(source: Extract<IpFilterSource, { kind: 'path' | 'file' }>): number {
  if (source.kind === 'file') return openSync(source.file, flags)
  const name = basename(source.path)
  if (name === '' || name === '.' || name === '..')
    throw new RestTorrentError('invalid_path', 'ip_filter names no file')
  return openSync(join(folderOf(source), name), flags | constants.O_NOFOLLOW)
}

function folderOf(source: Extract<IpFilterSource, { kind: 'path' }>): string {
  try {
    return resolveUnderRoot({ ...source, path: dirname(source.path), neededBytes: 0 }).folder
  } catch (error) {
    if (!(error instanceof RestTorrentError)) throw error
    throw new RestTorrentError(error.code, error.message.replace('save_path', 'ip_filter'), { cause: error })
  }
}

/** A file that is written meanwhile may have become shorter. */
function readWhole(descriptor: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(size)
  let filled = 0
  while (filled < size) {
    const read = readSync(descriptor, bytes, filled, size - filled, filled)
    if (read === 0) break
    filled += read
  }
  return bytes.subarray(0, filled)
}
