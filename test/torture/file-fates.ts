/**
 * What shall have become of the files of torrents that were removed: those that were to be deleted are gone in
 * the end, those that were to stay are not touched, nor is what lies beside them. A torrent that is added
 * again has its files for itself; what it was moved away from is to be deleted. Paths are absolute.
 */
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Whether the pieces that were claimed last are right in the file at a path. */
export type Holds = (path: string) => boolean

/** Places one of which keeps the file of a torrent that is gone; `written` where it must be in one of them. */
interface Choice {
  readonly paths: ReadonlySet<string>
  readonly written: Holds | undefined
}

type Fate =
  /**
   * Its torrent is there; `written` when a piece of it was claimed since it was added, `found` when something may
   * have been there before.
   */
  | { readonly is: 'used'; written: Holds | undefined; readonly found: boolean }
  /** Its torrent was on its way when it was removed without its data. */
  | { readonly is: 'one of'; readonly choice: Choice }
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
    const before = this.#giveUpChoice(path)
    const found = before === 'unknown' || before === 'to stay'
    this.#fates.set(path, { is: 'used', written: undefined, found })
  }

  /** A torrent may be brought there: to what is there only where its files are not known yet. */
  mayBeUsed(path: string, isKnown: boolean): void {
    const fate = this.#giveUpChoice(path)
    if (fate === undefined || fate === 'to be deleted') this.used(path)
    else if (fate === 'to stay' && !isKnown) this.#fates.set(path, { is: 'unknown' })
  }

  /** A torrent is here, and not in the others where it might have been. */
  settled(path: string, others: readonly string[]): void {
    const before = this.#fates.get(path)
    const found = before?.is === 'unknown' || (before?.is === 'used' && before.found)
    this.#fates.set(path, { is: 'used', written: this.#writtenAt([path, ...others]), found })
    for (const other of others) this.removed(other, true)
  }

  /** A piece of it is claimed. */
  claimed(path: string, holds: Holds): void {
    const fate = this.#fates.get(path)
    if (fate?.is === 'used') fate.written = holds
  }

  /**
   * The torrent is gone, and its file is to be; `undefined` where nobody knows. What it may have found there is not its
   * own before it is written: it may never have known what its files are.
   */
  removed(path: string, withData: boolean | undefined): void {
    const fate = this.#fates.get(path)
    if (fate?.is !== 'used') return
    const isWritten = fate.written !== undefined
    if (withData === true && (isWritten || !fate.found)) this.#fates.set(path, { is: 'to be deleted' })
    else if (withData === false && isWritten) this.#fates.set(path, { is: 'to stay', seen: undefined })
    else return void this.#fates.set(path, { is: 'unknown' })
    this.judged += 1
  }

  /**
   * The torrent is gone and its file stays, in one of these places; what it has in the others is to be deleted. Where
   * it may be one that it found, nobody knows of any.
   */
  staysIn(paths: readonly string[]): void {
    const isOwn = paths.every((path) => {
      const fate = this.#fates.get(path)
      return fate?.is === 'used' && (fate.written !== undefined || !fate.found)
    })
    const choice = { paths: new Set(paths), written: this.#writtenAt(paths) }
    for (const path of paths)
      if (isOwn) this.#fates.set(path, { is: 'one of', choice })
      else this.removed(path, undefined)
    if (isOwn) this.judged += 1
  }

  /** Decides, while no server runs and all is done, which of their places files have stayed in; gives what is wrong. */
  decideChoices(): string[] {
    const wrong: string[] = []
    const choices = new Set(
      [...this.#fates.values()].flatMap((fate) => (fate.is === 'one of' ? [fate.choice] : [])),
    )
    for (const { paths, written } of choices) {
      const there = [...paths].filter((path) => existsSync(path))
      if (there.length > 1) continue // told as left
      for (const path of paths) this.#fates.delete(path)
      for (const path of there) this.#fates.set(path, { is: 'to stay', seen: undefined })
      if (written !== undefined && !there.some(written))
        wrong.push(`a file was to stay in one of ${[...paths].join()}, is at ${String(there[0])}`)
    }
    this.lost += wrong.length
    return wrong
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
    const there = [...this.#fates].filter(([path]) => existsSync(path))
    const inChoices = (choice: Choice): number => [...choice.paths].filter((path) => existsSync(path)).length
    return there.flatMap(([path, fate]) => {
      const isSurplus = fate.is === 'one of' && inChoices(fate.choice) > 1
      return isSurplus || fate.is === 'to be deleted' ? [path] : []
    })
  }

  /** What is there may be another's from now on, and was perhaps the one that stays; gives the fate that it has. */
  #giveUpChoice(path: string): Fate['is'] | undefined {
    const fate = this.#fates.get(path)
    if (fate?.is !== 'one of') return fate?.is
    for (const one of fate.choice.paths) this.#fates.set(one, { is: 'unknown' })
    return 'unknown'
  }

  #writtenAt(paths: readonly string[]): Holds | undefined {
    const fates = paths.map((path) => this.#fates.get(path))
    return fates.flatMap((fate) => (fate?.is === 'used' && fate.written ? [fate.written] : []))[0]
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
