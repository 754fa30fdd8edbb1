/** The files of an open torrent: their store, the checkpoints of what is in them, and the look after them. */
import type { TorrentCheckpoint, TorrentRecord } from '../../protocol/records.ts'
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import type { ContentEvents, ContentSurroundings } from './content-surroundings.ts'
import type { PieceBits } from './piece-bits.ts'
import type { OpenedContent } from './prepare-content.ts'
import { Checkpointer, type Checkpointed } from './resume/checkpointer.ts'
import { FileWatch, type KnownFiles } from './resume/file-watch.ts'
import { lookOnly } from './resume/look-only.ts'
import { DiskPieceStore } from './storage/disk-piece-store.ts'
import type { PieceStore } from './storage/piece-store.ts'

/** Where a torrent's files are, and whether it is forgotten with the process. */
export type FilesPlace = Pick<TorrentRecord, 'saveFolder' | 'memoryOnly'>

export interface KeptFilesOptions extends OpenedContent {
  readonly place: FilesPlace
  /** With its files where they are stored. */
  readonly info: TorrentInfo
  readonly bits: PieceBits
  readonly near: ContentSurroundings
  readonly counters: ContentEvents['counters']
  readonly told: TorrentCheckpoint | undefined
  readonly post: ContentEvents['onCheckpoint']
}

export class KeptFiles {
  readonly place: FilesPlace
  /** Looks after the files; absent where there are none on disk. */
  readonly watch: FileWatch | undefined
  readonly #store: PieceStore
  readonly #checkpointer: Checkpointer

  /** Goes on with the `watch` of an opening before. */
  constructor(options: KeptFilesOptions, watch = watchOf(options)) {
    this.place = options.place
    this.watch = watch
    this.#store = options.store
    this.#checkpointer = new Checkpointer({ ...options, store: filesOf(options) })
  }

  /** Whether so much was written that a checkpoint is due at once. */
  get isOverdue(): boolean {
    return this.#checkpointer.isOverdue
  }

  /**
   * Makes a checkpoint where something changed, and looks after files that were just written, and others when their
   * time has come. Gives whether one is not what it was. Rejects with a disk code.
   */
  async checkpoint(): Promise<boolean> {
    const written = await this.#checkpointer.run()
    return ((await this.watch?.look(performance.now(), this.#files(), written)) ?? []).length > 0
  }

  /** Ends reading and writing, with a last checkpoint. Rejects with a disk code, and is closed then too. */
  async close(): Promise<void> {
    await this.#store.close() // first: a file is told as it is after its last write
    await this.#checkpointer.run(true)
  }

  #files(): KnownFiles {
    const written = this.#store instanceof DiskPieceStore ? this.#store.written : new Set<number>()
    return { known: () => this.#checkpointer.known, written }
  }
}

function filesOf({ place, info, store, near }: KeptFilesOptions): Checkpointed['store'] {
  if (!(store instanceof DiskPieceStore)) return undefined
  const { disk } = near
  return place.memoryOnly ? lookOnly(store, { disk, saveFolder: place.saveFolder, info }) : store
}

function watchOf({ place, info, store, near }: KeptFilesOptions): FileWatch | undefined {
  if (!(store instanceof DiskPieceStore)) return undefined
  const { disk, healMs: restMs } = near
  return new FileWatch({ info, disk, saveFolder: place.saveFolder, restMs }, performance.now())
}
