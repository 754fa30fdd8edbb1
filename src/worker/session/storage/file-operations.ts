/**
 * The one place where the storage of a session touches the disk: each method is one system call, that of a
 * write is several, bounded with all others of the session, so that a test can count, fail, delay or record
 * the n-th of them.
 */
import * as fs from 'node:fs'
import { OperationLimit } from './operation-limit.ts'
import { writeInSteps } from './write-in-steps.ts'

/** libuv's pool of file threads is one for the process: a session never takes more of it, a write takes two. */
const maxInFlight = 8

export type FileOperation =
  | 'open'
  | 'close'
  | 'read'
  | 'write'
  | 'fsync'
  | 'ftruncate'
  | 'fstat'
  | 'lstat'
  | 'readlink'
  | 'statfs'
  | 'unlink'
  | 'rename'
  | 'link'
  | 'mkdir'
  | 'rmdir'

/** Sees each operation with its arguments before it is made; what it throws is what the operation fails with. */
export type OperationObserver = (
  operation: FileOperation,
  details: readonly unknown[],
) => void | Promise<void>

type Done<Result> = (error: Error | null, result: Result) => void

let observer: OperationObserver | undefined

/** Sets the one observer of all file operations of this thread; for tests. Returns its own undo. */
export function observeFileOperations(next: OperationObserver): () => void {
  observer = next
  return () => {
    if (observer === next) observer = undefined
  }
}

/** The system calls of one session; they reject with Node's own errors (`diskError` maps them). */
export class FileOperations {
  readonly #limit: OperationLimit

  constructor(limit: OperationLimit = new OperationLimit(maxInFlight)) {
    this.#limit = limit
  }

  open(path: string, flags: number, mode?: number): Promise<number> {
    return this.#run('open', [path, flags], (done: Done<number>) => fs.open(path, flags, mode, done))
  }

  close(fd: number): Promise<void> {
    return this.#run('close', [fd], (done: Done<void>) => fs.close(fd, done as fs.NoParamCallback))
  }

  /** pread: the number of bytes put at the start of `into`, which may be fewer than it holds; 0 at the end. */
  read(fd: number, into: Uint8Array, position: number): Promise<number> {
    return this.#run('read', [fd, into.length, position], (done: Done<number>) =>
      fs.read(fd, into, 0, into.length, position, done),
    )
  }

  /** pwrite, see `writeInSteps`: the number of bytes written, which may be fewer than given. */
  write(fd: number, bytes: Uint8Array, position: number): Promise<number> {
    return this.#run('write', [fd, bytes, position], (done: Done<number>) =>
      writeInSteps(fd, bytes, position, done),
    )
  }

  fsync(fd: number): Promise<void> {
    return this.#run('fsync', [fd], (done: Done<void>) => fs.fsync(fd, done as fs.NoParamCallback))
  }

  ftruncate(fd: number, length: number): Promise<void> {
    return this.#run('ftruncate', [fd, length], (done: Done<void>) =>
      fs.ftruncate(fd, length, done as fs.NoParamCallback),
    )
  }

  fstat(fd: number): Promise<fs.BigIntStats> {
    return this.#run('fstat', [fd], (done: Done<fs.BigIntStats>) => fs.fstat(fd, { bigint: true }, done))
  }

  lstat(path: string): Promise<fs.BigIntStats> {
    return this.#run('lstat', [path], (done: Done<fs.BigIntStats>) => fs.lstat(path, { bigint: true }, done))
  }

  readlink(path: string): Promise<string> {
    return this.#run('readlink', [path], (done: Done<string>) => fs.readlink(path, done))
  }

  statfs(path: string): Promise<fs.StatsFs> {
    return this.#run('statfs', [path], (done: Done<fs.StatsFs>) => fs.statfs(path, done))
  }

  unlink(path: string): Promise<void> {
    return this.#run('unlink', [path], (done: Done<void>) => fs.unlink(path, done as fs.NoParamCallback))
  }

  rename(from: string, to: string): Promise<void> {
    return this.#run('rename', [from, to], (done: Done<void>) =>
      fs.rename(from, to, done as fs.NoParamCallback),
    )
  }

  link(from: string, to: string): Promise<void> {
    return this.#run('link', [from, to], (done: Done<void>) => fs.link(from, to, done as fs.NoParamCallback))
  }

  mkdir(path: string): Promise<void> {
    return this.#run('mkdir', [path], (done: Done<void>) => fs.mkdir(path, done as fs.NoParamCallback))
  }

  rmdir(path: string): Promise<void> {
    return this.#run('rmdir', [path], (done: Done<void>) => fs.rmdir(path, done as fs.NoParamCallback))
  }

  #run<Result>(
    operation: FileOperation,
    details: readonly unknown[],
    start: (done: Done<Result>) => void,
  ): Promise<Result> {
    return this.#limit.run(() =>
      observer === undefined ? settled(start) : observed(observer, operation, details, start),
    )
  }
}

async function observed<Result>(
  observe: OperationObserver,
  operation: FileOperation,
  details: readonly unknown[],
  start: (done: Done<Result>) => void,
): Promise<Result> {
  await observe(operation, details)
  return await settled(start)
}

function settled<Result>(start: (done: Done<Result>) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    start((error, result) => {
      if (error) reject(error)
      else resolve(result)
    })
  })
}
