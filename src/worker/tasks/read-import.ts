/** Reads an exported session, part by part. Everything in it is checked: it comes from outside. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { RestTorrentError } from '../../protocol/errors.ts'
import {
  importsFolder,
  type ImportPart,
  type ImportPlace,
  type ImportRequest,
} from '../../protocol/session-export.ts'
import { diskError, errnoOf } from '../session/storage/disk-error.ts'
import { readHead, readTorrentLine, refusal } from './transfer-form.ts'

const partBytes = 4 * 1024 * 1024
/** The largest metainfo as base64, and what stands beside it. */
const longestLine = 15 * 1024 * 1024
const newline = 0x0a
// a FIFO in the file's place would block an open without O_NONBLOCK
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Throws `not_found`, `invalid_import` or a disk code. */
export function readImport({ dataDir, name, place }: ImportRequest): ImportPart {
  const path = join(dataDir, importsFolder, name)
  try {
    const descriptor = openSync(path, flags)
    try {
      if (!fstatSync(descriptor).isFile()) throw missing(name)
      return partOf(descriptor, place)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ELOOP') throw missing(name)
    throw diskError(error, 'read', `${importsFolder}/${name}`)
  }
}

function partOf(descriptor: number, place: ImportPlace): ImportPart {
  const { size } = fstatSync(descriptor)
  const { lines, end } = readLines(descriptor, place)
  const isFirst = place.offset === 0
  const head = isFirst ? readHead(lines[0] ?? '') : undefined
  const skipped = isFirst ? 1 : 0
  const torrents = lines.slice(skipped).map((text, at) => readTorrentLine(text, place.line + skipped + at))
  const next = end < size ? { offset: end, line: place.line + lines.length } : undefined
  return { head, torrents, next }
}

/** Whole lines from a place on: at least one, and no more than make a part. */
function readLines(descriptor: number, { offset, line }: ImportPlace): { lines: string[]; end: number } {
  for (let length = partBytes; ; length *= 2) {
    const bytes = Buffer.allocUnsafe(length)
    const filled = bytes.subarray(0, fill(descriptor, bytes, offset))
    const last = filled.lastIndexOf(newline)
    if (last >= 0) {
      const lines = filled.subarray(0, last).toString('utf8').split('\n')
      return { lines, end: offset + last + 1 }
    }
    if (filled.length < length) throw refusal(line, 'the file ends within a line')
    if (length > longestLine) throw refusal(line, 'is too long')
  }
}

function fill(descriptor: number, bytes: Buffer, offset: number): number {
  let filled = 0
  while (filled < bytes.length) {
    const read = readSync(descriptor, bytes, filled, bytes.length - filled, offset + filled)
    if (read === 0) break
    filled += read
  }
  return filled
}

function missing(name: string): RestTorrentError {
  return new RestTorrentError('not_found', `there is no file ${name} in the folder ${importsFolder}`)
}
