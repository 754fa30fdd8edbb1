/** The bytes of one torrent as they lie in its files: each span goes straight to its file's offset. */
import { RestTorrentError } from '../../../protocol/errors.ts'
import { diskError } from './disk-error.ts'
import { isOnDisk, type Layout, type Span } from './layout.ts'
import type { SessionDisk } from './session-disk.ts'
import { refuseUnmounted } from './mount-point.ts'
import { settleAll } from './settle-all.ts'
import type { TouchedFiles } from './touched-files.ts'
import { WriteOrder } from './write-order.ts'

export interface TorrentFilesOptions {
  disk: SessionDisk
  /** The save path: absolute, with symbolic links resolved. */
  root: string
  layout: Layout
  /** Whether the save path may be made; false once the torrent had data there. */
  createRoot: boolean
  /** Files that hold data already, by index: these are never made anew when they are missing. */
  existing?: ReadonlySet<number>
  /** Folder that a disk must be mounted on when the first file is made; undefined asks for none. */
  mountPoint?: string | undefined
}

export class TorrentFiles {
  readonly #options: TorrentFilesOptions
  readonly #touched: TouchedFiles
  readonly #order = new WriteOrder()

  constructor(options: TorrentFilesOptions, touched: TouchedFiles) {
    this.#options = options
    this.#touched = touched
  }

  /** Fills `bytes` from a position on; `files_changed` when a file is missing or too short. Padding reads as zeros. */
  async read(position: number, bytes: Uint8Array): Promise<void> {
    await this.#eachSpan(position, bytes, async (span, part) => {
      if (this.#options.layout.files[span.file]?.padding) part.fill(0)
      else await this.#use(span.file, false, (fd, path) => this.#readSpan(fd, path, part, span))
    })
  }

  /** Writes a range of the torrent and marks its files as touched; padding is left out. */
  async write(position: number, bytes: Uint8Array): Promise<void> {
    await this.#order.run(bytes.length, () =>
      this.#eachSpan(position, bytes, async (span, part) => {
        if (this.#options.layout.files[span.file]?.padding) return
        await this.#order.part(span.file, part.length, () =>
          this.#use(span.file, true, (fd) => this.#writeSpan(fd, part, span)),
        )
      }),
    )
  }

  /** Makes the files that have no bytes. */
  async createEmpty(): Promise<void> {
    for (const [index, file] of this.#options.layout.files.entries())
      if (file.length === 0 && isOnDisk(file)) await this.#use(index, true, () => Promise.resolve())
  }

  /** Closes the files; a later use opens them again. */
  async release(): Promise<void> {
    const { disk, layout, root } = this.#options
    await disk.pool.close(layout.files.filter(isOnDisk).map(({ path }) => ({ root, path })))
  }

  /** All at once, and waits for all of them, also when one fails; rejects with the first failure. */
  async #eachSpan(
    position: number,
    bytes: Uint8Array,
    work: (span: Span, part: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const runs = this.#options.layout
      .spans(position, bytes.length)
      .map((span) => work(span, bytes.subarray(span.bufferOffset, span.bufferOffset + span.length)))
    const [only] = runs
    await (runs.length === 1 ? only : settleAll(runs))
  }

  async #readSpan(fd: number, path: string, part: Uint8Array, { fileOffset }: Span): Promise<void> {
    for (let done = 0; done < part.length;) {
      const read = await this.#options.disk.operations.read(fd, part.subarray(done), fileOffset + done)
      if (read === 0) throw new RestTorrentError('files_changed', `${path} is shorter than it was`)
      done += read
    }
  }

  async #writeSpan(fd: number, part: Uint8Array, { file, fileOffset }: Span): Promise<void> {
    try {
      for (let done = 0; done < part.length;)
        done += await this.#options.disk.operations.write(fd, part.subarray(done), fileOffset + done)
    } finally {
      this.#touched.mark(file, part.length)
    }
  }

  async #use(
    index: number,
    write: boolean,
    work: (fd: number, path: string) => Promise<void>,
  ): Promise<void> {
    const { disk, root, layout } = this.#options
    const path = layout.files[index]?.path ?? ''
    try {
      if (write) await this.#refuseUnmounted()
      await disk.pool.use({ root, path }, write ? this.#writing(index) : { write }, (fd) => work(fd, path))
    } catch (error) {
      throw diskError(error, write ? 'write' : 'read', path)
    }
  }

  /** Once a file was written its disk is in use, and the watch sees where its path leads. */
  async #refuseUnmounted(): Promise<void> {
    const { disk, mountPoint } = this.#options
    if (mountPoint !== undefined && this.#touched.written.size === 0)
      await refuseUnmounted(disk.operations, mountPoint)
  }

  /** A file that had data and is gone must not come back as a hole that claimed pieces lie in. */
  #writing(index: number): { write: true; create: boolean; createRoot: boolean } {
    const { createRoot, existing } = this.#options
    const { written } = this.#touched
    const create = !written.has(index) && existing?.has(index) !== true
    return { write: true, create, createRoot: createRoot && written.size === 0 }
  }
}
