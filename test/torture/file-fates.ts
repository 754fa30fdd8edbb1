/**
 * What shall have become of the files of torrents that were removed: those that were to be deleted are gone in
 * the end, those that were to stay are not touched, nor is what lies beside them. A torrent that is added
 * again has its files for itself; what it was moved away from is to be deleted. Paths are absolute.
 */
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

type Fate =
  /**
   * Its torrent is there; `written` when a piece of it was claimed since it was added, `found` when something may
   * have been there before.
   */
  | { readonly is: 'used'; written: boolean; readonly found: boolean }
  /** Something may be there, of a torrent that was removed before. */
  | { readonly is: 'unknown' }
  | { readonly is: 'to be deleted' }
  /** As it was when it was looked at first. */
  | { readonly is: 'to stay'; seen: string | undefined }

export class FileFates {
  /** Removals whose file is judged since. */
  judged = 0
  /** Files that were to be deleted and were not. */
  left = 0
  /** Files that were to stay and were changed or deleted. */
  lost = 0
  readonly #fates = new Map<string, Fate>()
  readonly #beside = new Map<string, string>()

  used(path: string): void {
    const before = this.#fates.get(path)?.is
    const found = before === 'unknown' || before === 'to stay'
    this.#fates.set(path, { is: 'used', written: false, found })
  }

  /** A torrent may be brought there, where nothing of another may be. */
  mayBeUsed(path: string): void {
    const fate = this.#fates.get(path)?.is
    if (fate === undefined || fate === 'to be deleted') this.used(path)
  }

  /** A torrent is here, and not in the others where it might have been. */
  settled(path: string, others: readonly string[]): void {
    const used = (one: string) => {
      const fate = this.#fates.get(one)
      return fate?.is === 'used' ? fate : undefined
    }
    const written = [path, ...others].some((one) => used(one)?.written === true)
    this.#fates.set(path, { is: 'used', written, found: false })
    for (const other of others) this.leftFrom(other)
  }

  /** A torrent has left this path for another; what it may have found there is not its own before it is written. */
  leftFrom(path: string): void {
    const fate = this.#fates.get(path)
    if (fate?.is !== 'used') return
    if (fate.found && !fate.written) this.#fates.set(path, { is: 'unknown' })
    else this.removed(path, true)
  }

  /** A piece of it is claimed. */
  claimed(path: string): void {
    const fate = this.#fates.get(path)
    if (fate?.is === 'used') fate.written = true
  }

  /** The torrent is gone, and its file is to be; `undefined` where nobody knows. */
  removed(path: string, withData: boolean | undefined): void {
    const fate = this.#fates.get(path)
    if (fate?.is !== 'used') return
    if (withData === true) this.#fates.set(path, { is: 'to be deleted' })
    else if (withData === false && fate.written) this.#fates.set(path, { is: 'to stay', seen: undefined })
    else return void this.#fates.set(path, { is: 'unknown' })
    this.judged += 1
  }

  /** Looks at what is to stay, while no server runs; gives what is wrong. */
  look(): string[] {
    const wrong: string[] = []
    for (const [path, fate] of this.#fates) {
      this.#putBeside(path)
      if (fate.is !== 'to stay') continue
      const now = this.#identityOf(path)
      fate.seen ??= now
      if (now !== undefined && fate.seen === now) continue
      this.#fates.delete(path)
      wrong.push(`file ${path} was to stay as ${String(fate.seen)}, is ${String(now)}`)
    }
    for (const [path, seen] of this.#beside) {
      if (this.#identityOf(path) === seen) continue
      this.#beside.delete(path)
      wrong.push(`file ${path}, which is of no torrent, was touched`)
    }
    this.lost += wrong.length
    return wrong
  }

  /** Files that are to be deleted and are still there. */
  toBeDeleted(): string[] {
    const paths = [...this.#fates].filter(([, { is }]) => is === 'to be deleted').map(([path]) => path)
    return paths.filter((path) => existsSync(path))
  }

  #putBeside(path: string): void {
    const beside = join(dirname(path), 'beside')
    if (this.#beside.has(beside) || !existsSync(dirname(path))) return
    writeFileSync(beside, 'of no torrent')
    this.#beside.set(beside, this.#identityOf(beside) ?? '')
  }

  #identityOf(path: string): string | undefined {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false })
    return found && `${found.size} bytes of ${found.mtimeNs}`
  }
}
