/**
 * Reads a part of a file of a torrent, after a look at whether it is the file it should be. Synchronous: it
 * has a thread to itself, which a disk that hangs may keep.
 */
import { closeSync, fstatSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { ContentRead } from '../../protocol/tasks.ts'
import { diskError } from '../session/storage/disk-error.ts'
import { identityOf, type Identity } from '../session/storage/identity.ts'
import { openRegular } from './open-regular.ts'

/**
 * Exactly the bytes asked for. Throws `files_changed` for a file that is missing, too short or another than was
 * seen, `path_outside_root` where a link leads to it, or another disk code.
 */
export function readContent(request: ContentRead): Uint8Array {
  const { saveFolder, path, position, length } = request
  try {
    const descriptor = openRegular(join(saveFolder, path))
    try {
      refuseOther(identityOf(fstatSync(descriptor, { bigint: true })), request)
      return readWhole(descriptor, position, length, path)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    throw diskError(error, 'read', path)
  }
}

function refuseOther(now: Identity, { path, seen, isWritten }: ContentRead): void {
  if (seen === undefined) return
  const isSame = now.ino === seen.ino && now.size === seen.size && now.mtimeNs === seen.mtimeNs
  const isContinued = now.ino === seen.ino && now.size >= seen.size && now.mtimeNs >= seen.mtimeNs
  if (!isSame && !(isWritten && isContinued)) throw changed(path, 'was changed')
}

function readWhole(descriptor: number, position: number, length: number, path: string): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(length)
  for (let done = 0; done < length;) {
    const count = readSync(descriptor, bytes, done, length - done, position + done)
    if (count === 0) throw changed(path, 'is shorter than it was')
    done += count
  }
  return bytes
}

function changed(path: string, how: string): RestTorrentError {
  return new RestTorrentError('files_changed', `${path} ${how}`)
}
