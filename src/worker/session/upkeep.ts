/**
 * What is done for the torrents of a session every few seconds, one after the other, since a sync may take all
 * that the disk has: checkpoints, looks at the files, and having those be dormant that nobody asks for; and for the
 * heap of the thread.
 */
import { HeapKeeper } from './heap-keeper.ts'
import { inStep } from './in-step.ts'
import type { Reporter } from './reporter.ts'
import type { Torrent } from './torrent.ts'

/** How often what was written is synced and its bits told. */
const everyMs = 5000
/** A torrent that has everything is dormant when nobody was there for so long. */
const usualDormantAfterMs = 60_000
/** Torrents whose files are looked at, of those that are dormant, each time. */
const mostDormantLooks = 50
/** So many of them look together: those that lie in one folder open it once. */
const looksAtOnce = 25

export class Upkeep {
  readonly stop: () => void
  readonly #torrents: ReadonlyMap<string, Torrent>
  readonly #reporter: Pick<Reporter<Torrent>, 'active'>
  readonly #dormantAfterMs: number
  readonly #heap = new HeapKeeper()
  #walk: Iterator<Torrent, undefined> | undefined

  /** Begins at once; `before` is called each time. A torrent is dormant that met nobody for `dormantAfterMs`. */
  constructor(
    torrents: ReadonlyMap<string, Torrent>,
    reporter: Pick<Reporter<Torrent>, 'active'>,
    before: () => void,
    dormantAfterMs = usualDormantAfterMs,
  ) {
    this.#torrents = torrents
    this.#reporter = reporter
    this.#dormantAfterMs = dormantAfterMs
    this.stop = inStep(() => {
      before()
      this.#heap.look()
      void this.#run()
    }, everyMs)
  }

  async #run(): Promise<void> {
    for (const torrent of [...this.#reporter.active]) {
      if (!torrent.isActive) continue
      await torrent.checkpoint()
      torrent.meeting?.look(performance.now(), this.#dormantAfterMs)
    }
    for (let looked = 0; looked < mostDormantLooks; looked += looksAtOnce) {
      const dormant = this.#next(looksAtOnce).filter(({ meeting }) => meeting?.isDormant)
      await Promise.all(dormant.map((torrent) => torrent.checkpoint())) // their files may have been touched
    }
  }

  /** The next ones of a walk through all, which begins anew when it was at the end. */
  #next(count: number): Torrent[] {
    const next: Torrent[] = []
    const walk = (this.#walk ??= this.#torrents.values())
    for (let one = walk.next(); one.value !== undefined; one = walk.next()) {
      next.push(one.value)
      if (next.length === count) return next
    }
    this.#walk = undefined
    return next
  }
}
