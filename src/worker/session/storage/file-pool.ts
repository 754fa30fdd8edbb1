/**
 * The open files of one session, shared by its torrents: each file is open at most once, and never more than
 * `most` says are. Files are opened for reading until somebody writes, stay open while there is room, and the
 * one not used for longest makes room for another.
 */
import { join } from 'node:path'
import type { FileOperations } from './file-operations.ts'
import { openFile, type FileLocation, type OpenOptions } from './open-file.ts'
import { OperationLimit } from './operation-limit.ts'
import { SharedFolders } from './shared-folders.ts'

interface Entry {
  key: string
  descriptor: Promise<number>
  writable: boolean
  users: number
  /** `retired`: takes no more users and closes with the last of them. */
  state: 'open' | 'retired' | 'closed'
  closed: PromiseWithResolvers<void>
}

export class FilePool {
  readonly #operations: FileOperations
  readonly #folders: SharedFolders
  readonly #most: () => number
  #maxOpen: number
  /** As many users as descriptors: then one who needs a descriptor always finds one idle, free or closing. */
  readonly #users: OperationLimit
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>()
  readonly #closing = new Set<Entry>()
  #open = 0

  constructor(
    operations: FileOperations,
    most: () => number,
    folders: SharedFolders = new SharedFolders(operations),
  ) {
    this.#operations = operations
    this.#folders = folders
    this.#most = most
    this.#maxOpen = most()
    this.#users = new OperationLimit(this.#maxOpen)
  }

  /** Has at most as many open as may be now, as soon as those in use allow. Each use looks by itself. */
  look(): void {
    const maxOpen = this.#most()
    if (maxOpen === this.#maxOpen) return
    this.#maxOpen = maxOpen
    this.#users.resize(maxOpen)
    for (let surplus = this.#open - maxOpen; surplus > 0; surplus -= 1) {
      const idle = this.#oldestIdle()
      if (idle) void this.#retire(idle)
    }
  }

  /** Runs `work` with the descriptor of a file, which stays valid until it settles. Must not be nested. */
  use<Result>(
    file: FileLocation,
    options: OpenOptions,
    work: (fd: number) => Promise<Result>,
  ): Promise<Result> {
    this.look()
    return this.#users.run(async () => {
      const entry = await this.#enter(file, options)
      try {
        return await work(await entry.descriptor)
      } finally {
        entry.users -= 1
        if (entry.state === 'retired' && entry.users === 0) this.#close(entry)
      }
    })
  }

  /** Closes files, once the work under way with them has settled; a later use opens them again. */
  async close(files: Iterable<FileLocation>): Promise<void> {
    const entries = Array.from(files, (file) => this.#entries.get(keyOf(file)))
    await Promise.all(entries.filter((entry) => entry !== undefined).map((entry) => this.#retire(entry)))
  }

  /** Closes every file as `close` does. */
  async closeAll(): Promise<void> {
    await Promise.all(Array.from(this.#entries.values(), (entry) => this.#retire(entry)))
    await Promise.all(Array.from(this.#closing, (entry) => entry.closed.promise))
    await this.#folders.settled()
  }

  async #enter(file: FileLocation, options: OpenOptions): Promise<Entry> {
    const key = keyOf(file)
    for (;;) {
      const known = this.#entries.get(key)
      if (known && (known.writable || !options.write)) return this.#join(known)
      if (this.#open < this.#maxOpen) {
        if (known) void this.#retire(known)
        return this.#add(key, file, options)
      }
      await this.#makeRoom(known)
    }
  }

  #join(entry: Entry): Entry {
    this.#entries.delete(entry.key)
    this.#entries.set(entry.key, entry)
    entry.users += 1
    return entry
  }

  #add(key: string, file: FileLocation, options: OpenOptions): Entry {
    const entry: Entry = {
      key,
      writable: options.write,
      users: 1,
      state: 'open',
      closed: Promise.withResolvers(),
      descriptor: openFile(this.#operations, file, options, (...folder) =>
        this.#folders.use(...folder),
      ).catch((error: unknown) => {
        this.#forget(entry)
        throw error
      }),
    }
    this.#entries.set(key, entry)
    this.#open += 1
    return entry
  }

  async #makeRoom(preferred: Entry | undefined): Promise<void> {
    const idle = preferred?.users === 0 ? preferred : this.#oldestIdle()
    if (idle) await this.#retire(idle)
    else await Promise.race(Array.from(this.#closing, (entry) => entry.closed.promise))
  }

  #oldestIdle(): Entry | undefined {
    for (const entry of this.#entries.values()) if (entry.users === 0) return entry
    return undefined
  }

  async #retire(entry: Entry): Promise<void> {
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key)
    if (entry.state === 'open') {
      entry.state = 'retired'
      this.#closing.add(entry)
      if (entry.users === 0) this.#close(entry)
    }
    await entry.closed.promise
  }

  #close(entry: Entry): void {
    entry.state = 'closed'
    // A failing close has freed the descriptor all the same; what it may say about the data, fsync has said.
    const ended = entry.descriptor.then((fd) => this.#operations.close(fd)).catch(() => undefined)
    void ended.then(() => this.#forget(entry))
  }

  #forget(entry: Entry): void {
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key)
    this.#closing.delete(entry)
    entry.state = 'closed'
    this.#open -= 1
    entry.closed.resolve()
  }
}

function keyOf({ root, path }: FileLocation): string {
  return join(root, path)
}
