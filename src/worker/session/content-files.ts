/**
 * The place of a torrent's pieces, from its opening to its close. At rest, while nobody can ask for a piece, there is
 * only what it takes to open it again, and the look after its files: of very many torrents most are at rest.
 */
import type { RestTorrentError } from '../../protocol/errors.ts'
import type { TorrentCheckpoint } from '../../protocol/records.ts'
import { KeptFiles, type FilesPlace, type KeptFilesOptions } from './kept-files.ts'
import type { OpenedContent } from './prepare-content.ts'
import type { FileWatch } from './resume/file-watch.ts'
import type { PieceStore } from './storage/piece-store.ts'
import { SwitchedStore } from './storage/switched-store.ts'
import { reopenDiskStore } from './torrent-store.ts'
import { watchReads } from './watch-reads.ts'

/** What the files are kept with, at each opening anew. */
export interface Keeping extends Omit<KeptFilesOptions, 'place' | 'store' | 'identities'> {
  /** Reading for a peer failed. */
  readonly onFault: (error: RestTorrentError) => void
}

interface Resting {
  readonly place: FilesPlace
  readonly watch: FileWatch
}

const nothingWritten: ReadonlySet<number> = new Set()

export class ContentFiles {
  #kept: KeptFiles | undefined
  /** What the engine reads and writes through. */
  #switched: SwitchedStore | undefined
  #resting: Resting | undefined

  /** Whether pieces may be asked for, at rest or not. */
  get isOpen(): boolean {
    return this.#kept !== undefined || this.#resting !== undefined
  }

  /** Whether so much was written that a checkpoint is due at once. */
  get isOverdue(): boolean {
    return this.#kept?.isOverdue === true
  }

  /** Reads and writes what was opened at a place; what was asked while it was held is asked there. */
  open({ saveFolder, memoryOnly }: FilesPlace, opened: OpenedContent, keeping: Keeping): void {
    this.#keep({ ...keeping, ...opened, place: { saveFolder, memoryOnly } }, keeping)
  }

  /** What the engine reads and writes through, at rest no more; undefined while it is closed. */
  store(keeping: () => Keeping): PieceStore | undefined {
    this.#rouse(keeping)
    return this.#switched
  }

  /**
   * Makes a checkpoint where something changed, and looks after the files when their time has come; `told`: what was
   * told last. Gives whether one is not what it was. Rejects with a disk code.
   */
  async checkpoint(told: () => TorrentCheckpoint | undefined): Promise<boolean> {
    const [kept, resting] = [this.#kept, this.#resting]
    const isTouched = resting ? await isOther(resting, told) : (await kept?.checkpoint()) === true
    return isTouched && kept === this.#kept && resting === this.#resting // it may have been closed meanwhile
  }

  /** Has no file be touched until it is opened again, with a last checkpoint; peers wait meanwhile. Rejects as `close`. */
  async hold(keeping: () => Keeping): Promise<void> {
    this.#rouse(keeping)
    this.#switched?.hold()
    await this.#close()
  }

  /** For what has every piece, when nobody has its store: opens it when that is asked for again. Rejects with a disk code. */
  async rest(): Promise<void> {
    const kept = this.#kept
    if (kept?.watch === undefined) return // what is not on disk is nowhere else
    await kept.close()
    if (kept !== this.#kept) return
    this.#kept = undefined
    this.#switched = undefined
    this.#resting = { place: kept.place, watch: kept.watch }
  }

  /** Ends reading and writing, with a last checkpoint. Rejects with a disk code, and is closed then too. */
  async close(): Promise<void> {
    this.#resting = undefined
    void this.#switched?.close()
    this.#switched = undefined
    await this.#close()
  }

  async #close(): Promise<void> {
    const kept = this.#kept
    this.#kept = undefined
    await kept?.close()
  }

  #rouse(keeping: () => Keeping): void {
    if (this.#resting === undefined) return
    const { place, watch } = this.#resting
    this.#resting = undefined
    const kept = keeping()
    const store = reopenDiskStore(place.saveFolder, kept.info, kept.near.disk)
    this.#keep({ ...kept, place, store, identities: filesOf(kept.told) }, kept, watch)
  }

  #keep(options: KeptFilesOptions, { onFault }: Keeping, watch?: FileWatch): void {
    this.#kept = new KeptFiles(options, watch)
    const store = watchReads(options.store, onFault)
    if (this.#switched) this.#switched.release(store)
    else this.#switched = new SwitchedStore(store)
  }
}

async function isOther({ watch }: Resting, told: () => TorrentCheckpoint | undefined): Promise<boolean> {
  const files = { known: () => filesOf(told()), written: nothingWritten }
  return (await watch.look(performance.now(), files)).length > 0
}

function filesOf(told: TorrentCheckpoint | undefined): KeptFilesOptions['identities'] {
  return new Map(told?.files.map((file) => [file.index, file]))
}
