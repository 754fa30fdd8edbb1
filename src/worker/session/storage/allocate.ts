import { RestTorrentError } from '../../../protocol/errors.ts'
import { diskError } from './disk-error.ts'
import type { FileOperations } from './file-operations.ts'
import { freeSpace } from './free-space.ts'
import { openFile } from './open-file.ts'
import { isOnDisk, type LayoutFile } from './layout.ts'
import { reserveFile } from './reserve-file.ts'

export interface AllocateOptions {
  /** The save path: absolute, with symbolic links resolved. */
  root: string
  files: readonly LayoutFile[]
  createRoot: boolean
  signal: AbortSignal
  /** Called with the bytes reserved so far, of `total`. */
  progress?: (reserved: number, total: number) => void
}

/**
 * Mode `allocate`: makes the files of a torrent at their full length with their space reserved, keeping every
 * byte they have. It runs before the engine writes to them and no bit is set by it. Rejects with
 * `insufficient_space` before it writes anything when they cannot fit, with `disk_full` when the space ends
 * on the way, and with the signal's reason when aborted; what is reserved by then stays.
 */
export async function allocate(operations: FileOperations, options: AllocateOptions): Promise<void> {
  const files = options.files.filter(isOnDisk)
  await checkRoom(operations, options.root, files)
  const total = files.reduce((sum, { length }) => sum + length, 0)
  let reserved = 0
  for (const file of files) {
    await allocateFile(operations, file, options, (bytes) => {
      reserved += bytes
      options.progress?.(reserved, total)
    })
    options.signal.throwIfAborted()
  }
}

async function allocateFile(
  operations: FileOperations,
  { path, length }: LayoutFile,
  { root, createRoot, signal }: AllocateOptions,
  progress: (bytes: number) => void,
): Promise<void> {
  signal.throwIfAborted()
  const fd = await openFile(operations, { root, path }, { write: true, create: true, createRoot })
  try {
    await reserveFile(operations, { fd, path, length }, signal, progress)
  } catch (error) {
    throw diskError(error, 'reserve', path)
  } finally {
    await operations.close(fd)
  }
}

async function checkRoom(
  operations: FileOperations,
  root: string,
  files: readonly LayoutFile[],
): Promise<void> {
  let needed = 0
  for (const file of files) needed += file.length - (await heldBytes(operations, root, file))
  const free = await freeSpace(operations, root)
  if (needed <= free) return
  throw new RestTorrentError('insufficient_space', `${needed} bytes are needed and ${free} are free`, {
    details: { needed, free },
  })
}

/** The bytes of a file that have their place on the disk already. */
async function heldBytes(operations: FileOperations, root: string, file: LayoutFile): Promise<number> {
  const stat = await operations.lstat(`${root}/${file.path}`).catch(() => undefined)
  return stat?.isFile() ? Math.min(file.length, Number(stat.blocks) * 512) : 0
}
