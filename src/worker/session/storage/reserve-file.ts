/**
 * Reserving the space of one open file, without shrinking it or changing a byte it has: Node has no
 * fallocate, so util-linux does it through our descriptor; where it cannot, zeros are written behind the end.
 * Nobody else may write the file meanwhile.
 */
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { FileOperations } from './file-operations.ts'

const step = 1024 * 1024
const blockUnit = 512
const fullDisk = /No space left on device|Disk quota exceeded|File too large/

export interface FileToReserve {
  fd: number
  path: string
  length: number
}

/** Calls `progress` with the bytes reserved since the call before; stops early, without error, on abort. */
export async function reserveFile(
  operations: FileOperations,
  file: FileToReserve,
  signal: AbortSignal,
  progress: (bytes: number) => void,
): Promise<void> {
  const { size, blocks } = await operations.fstat(file.fd)
  const present = Math.min(Number(size), file.length)
  const missing = file.length - present
  const unreserved = file.length - Number(blocks) * blockUnit
  // A small tail behind a file without holes costs less to write than a process to start.
  const tailOnly = unreserved <= missing && missing <= step
  if (!tailOnly && (await fallocate(file, signal))) return progress(file.length)
  progress(present)
  await appendZeros(operations, file, Number(size), signal, progress)
}

/** Whether fallocate did it; false also where it is missing or the file system has no such thing. */
async function fallocate({ fd, path, length }: FileToReserve, signal: AbortSignal): Promise<boolean> {
  if (process.platform !== 'linux' || signal.aborted) return false
  const { spawn } = await import('node:child_process') // few sessions ever reserve
  const child = spawn('fallocate', ['-l', String(length), '/proc/self/fd/3'], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    signal,
    killSignal: 'SIGKILL',
  })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const status = await new Promise<number | null>((resolve) => {
    child.once('close', resolve)
    // On abort there is an error first and the end of the process after it; without a process, only this.
    child.on('error', () => child.pid === undefined && resolve(null))
  })
  const full = fullDisk.exec(stderr)
  if (full) throw new RestTorrentError('disk_full', `cannot reserve ${path}: ${full[0]}`)
  return status === 0
}

async function appendZeros(
  operations: FileOperations,
  { fd, length }: FileToReserve,
  from: number,
  signal: AbortSignal,
  progress: (bytes: number) => void,
): Promise<void> {
  const zeros = new Uint8Array(Math.min(step, Math.max(0, length - from)))
  for (let at = from; at < length && !signal.aborted;) {
    const written = await operations.write(fd, zeros.subarray(0, length - at), at)
    at += written
    progress(written)
  }
}
