/**
 * The path rule: a folder that a caller names lies under the root, also after every symbolic link that
 * exists is resolved, and not in what the data directory keeps for itself. Synchronous: it runs in a pool
 * thread with a time limit, so that a disk that hangs holds up nobody else.
 */
import { lstatSync, realpathSync, statfsSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { FolderAnswer, FolderRequest, SpaceAnswer } from '../../protocol/tasks.ts'
import { diskError } from '../session/storage/disk-error.ts'
import { mountPointOf } from '../session/storage/mount-point.ts'
import { sessionRoot } from './session-root.ts'

const longestPart = 255
/** PATH_MAX without its NUL. */
const longestPath = 4095

/** Throws `invalid_path`, `path_outside_root`, `path_reserved` or `insufficient_space`. */
export function resolveUnderRoot(request: FolderRequest): FolderAnswer {
  const { path, neededBytes } = request
  refuseImpossible(path)
  const root = sessionRoot(request.rootDir, request.root)
  const rootDir = join(request.rootDir, request.root)
  const named = isAbsolute(path) ? normalize(path) : join(rootDir, path)
  // the root may be named as it was set or as it really is
  const below = isInside(resolve(rootDir), named) ? relative(resolve(rootDir), named) : relative(root, named)
  const lexical = join(root, below)
  if (!isInside(root, lexical)) throw outside()
  if (Buffer.byteLength(lexical) > longestPath) throw impossible('is too long')
  const folder = resolveExisting(lexical)
  if (!isInside(root, folder)) throw outside()
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) throw impossible('is a file')
  refuseReserved(realpathSync.native(request.rootDir), realpathSync(request.reservedDir), folder)
  if (neededBytes > 0) refuseFull(folder, neededBytes)
  const mountPoint = mountPointOf(folder)
  return { folder, relative: below === '' ? '.' : below, ...(mountPoint === undefined ? {} : { mountPoint }) }
}

/** The room on the file system of the folder, or of its deepest parent that exists. Throws as `resolveUnderRoot`, or a disk code. */
export function freeSpaceAt(request: FolderRequest): SpaceAnswer {
  const { folder, relative: path } = resolveUnderRoot(request)
  try {
    return { folder, relative: path, ...roomAt(folder) }
  } catch (error) {
    throw diskError(error, 'look at', path)
  }
}

function refuseImpossible(path: string): void {
  if (path === '') throw impossible('is empty')
  if (path.includes('\0')) throw impossible('holds a NUL')
  if (path.split(sep).some((part) => Buffer.byteLength(part) > longestPart))
    throw impossible('has a part over 255 bytes')
}

/** True for the folder itself and for what is below it, not for its sibling of a longer name. */
function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** The real path of the deepest parent that exists, with the rest as named. */
function resolveExisting(path: string): string {
  const rest: string[] = []
  for (let at = path; ; at = dirname(at)) {
    const real = realPathOf(at)
    if (real !== undefined) return join(real, ...rest)
    rest.unshift(relative(dirname(at), at))
  }
}

/** Undefined where nothing is; a link that leads nowhere is refused, since it could lead anywhere later. */
function realPathOf(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTDIR' || code === 'ENAMETOOLONG') throw impossible('cannot be a folder')
    if (code !== 'ENOENT') throw outside(error)
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw outside(error)
    return undefined
  }
}

/** The data directory is ours; the root is open to callers also where it lies inside of it. Throws `path_reserved`. */
export function refuseReserved(root: string, reserved: string, folder: string): void {
  const rootInReserved = isInside(reserved, root) && root !== reserved
  if (!rootInReserved && isInside(reserved, folder)) {
    throw new RestTorrentError('path_reserved', 'the path leads into the data directory')
  }
}

function refuseFull(folder: string, neededBytes: number): void {
  const { free } = roomAt(folder)
  if (free >= neededBytes) return
  throw new RestTorrentError(
    'insufficient_space',
    `the path has ${free} bytes free, ${neededBytes} are needed`,
  )
}

function roomAt(folder: string): { free: number; total: number } {
  const { bavail, blocks, bsize } = statfsSync(deepestExisting(folder))
  return { free: bavail * bsize, total: blocks * bsize }
}

function deepestExisting(path: string): string {
  return realPathOf(path) ?? deepestExisting(dirname(path))
}

function impossible(why: string): RestTorrentError {
  return new RestTorrentError('invalid_path', `the path ${why}`)
}

function outside(cause?: unknown): RestTorrentError {
  return new RestTorrentError('path_outside_root', 'the path leads out of the root folder', { cause })
}
