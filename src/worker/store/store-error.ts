import { RestTorrentError, type ErrorCode } from '../../protocol/errors.ts'
import { diskError } from '../session/storage/disk-error.ts'
import { writeFault } from './write-fault.ts'

const ioFailed = 10

/** SQLite's primary result codes (sqlite.org/rescode.html) that a caller can act on. */
const codeOfResult: Readonly<Record<number, ErrorCode>> = {
  3: 'disk_denied', // PERM
  5: 'data_dir_in_use', // BUSY: the file is locked by a program that does not know our lock
  8: 'disk_read_only', // READONLY
  [ioFailed]: 'disk_failed', // IOERR, where the disk does not say more
  11: 'store_damaged', // CORRUPT
  13: 'disk_full', // FULL
  14: 'disk_failed', // CANTOPEN
  26: 'store_damaged', // NOTADB
}

/** The way back that every refusal of a damaged store names. */
const wayBack = 'docs/recovery.md says how to put a backup in its place'

/** The refusal of a store file that cannot be trusted. */
export function damagedError(file: string, reason: string, cause?: unknown): RestTorrentError {
  return new RestTorrentError('store_damaged', `${file} is damaged (${reason}); ${wayBack}`, {
    cause,
    details: { file },
  })
}

/** SQLite's primary result code of a thrown error, or undefined for anything else. */
export function resultOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}

/**
 * What to throw for a fault of SQLite or of a file operation; what is neither is returned as it is. The path is
 * that of the database which was written, to be asked why that failed.
 */
export function storeError(error: unknown, doing: string, file: string, path?: string): unknown {
  const result = resultOf(error)
  if (result === undefined) return diskError(error, doing, file)
  const fault = result === ioFailed && path !== undefined ? writeFault(path) : undefined
  if (fault !== undefined) return diskError(fault, doing, file)
  const reason = error instanceof Error ? error.message : String(error)
  const code = codeOfResult[result]
  if (code === undefined) return error
  if (code === 'store_damaged') return damagedError(file, reason, error)
  return new RestTorrentError(code, `cannot ${doing} ${file}: ${reason}`, { cause: error, details: { file } })
}
