/**
 * Which torrent claims which files, over all sessions. A claim holds few paths, mostly the one entry of its save
 * folder that all files of a torrent lie at or below, so that it meets few others; whole lists of files are
 * compared by whoever asks.
 */
import { join } from 'node:path'
import { safeName } from '../../protocol/file-names.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { TorrentKey } from '../../protocol/store-rpc.ts'
import type { FilePlace, FileSet } from '../../protocol/tasks.ts'
import { PathTree } from './path-tree.ts'

/** The files of one torrent. Of two that share a file the one with the lower order owns it. */
export interface Claim extends TorrentKey {
  readonly order: number
  /** What the metainfo calls it. */
  readonly name: string
  /** Every file of it lies at one of these paths, or below. */
  roots: readonly string[]
  files: FileSet
  /** Settles when it was decided whether the claim may stay. */
  admitted: Promise<void>
  /** Set when its torrent is removed and a worker has yet to close or delete the files. */
  leaving: { readonly deleting: boolean; readonly gone: PromiseWithResolvers<void> } | undefined
}

export class FileClaims {
  readonly #tree = new PathTree<Claim>()
  readonly #held = new Map<string, Claim>()
  readonly #leaving = new Map<string, Claim>()
  #made = 0

  get(key: TorrentKey): Claim | undefined {
    return this.#held.get(textOf(key))
  }

  /** The claim of a torrent that was removed, by the id of its removal. */
  removed(removalId: string): Claim | undefined {
    return this.#leaving.get(removalId)
  }

  /** Claims the files of a torrent; undefined where it has none, does not know them yet or claims them already. */
  put(sessionId: string, { infoHash, ...record }: TorrentRecord): Claim | undefined {
    const { source, facts, elsewhere, storageMode } = record
    const key = { sessionId, infoHash }
    if (storageMode === 'memory' || source.rawInfo === undefined || facts === undefined) return undefined
    if (this.get(key) !== undefined) return undefined
    const claim: Claim = {
      ...key,
      order: (this.#made += 1),
      name: facts.name,
      roots: [],
      files: { rawInfo: source.rawInfo, places: [] },
      admitted: Promise.resolve(),
      leaving: undefined,
    }
    this.#held.set(textOf(key), claim)
    this.place(claim, elsewhere ? [record, elsewhere] : [record])
    return claim
  }

  /** Has a claim be on the files in these places, and on no others. */
  place(claim: Claim, places: readonly FilePlace[]): void {
    for (const root of claim.roots) this.#tree.delete(root, claim)
    claim.files = {
      rawInfo: claim.files.rawInfo,
      places: places.map(({ saveFolder, renamed }) => ({ saveFolder, renamed })),
    }
    claim.roots = [...new Set(claim.files.places.flatMap((place) => rootsOf(claim.name, place)))]
    for (const root of claim.roots) this.#tree.put(root, claim)
  }

  /** Other claims whose files may be those of this one: of other torrents, and of its own other lives. */
  near(claim: Pick<Claim, 'roots'>): Claim[] {
    const near = new Set(claim.roots.flatMap((root) => this.#tree.meeting(root)))
    return [...near].filter((other) => other !== claim)
  }

  /** Whether the claim has not ended meanwhile. */
  has(claim: Claim): boolean {
    return this.#tree.meeting(claim.roots[0] ?? '').includes(claim)
  }

  /** The torrent is removed: it may be added again, and its claim stays until the removal is carried out. */
  leave(key: TorrentKey, removalId: string, deleting: boolean): void {
    const claim = this.get(key)
    if (claim === undefined) return
    claim.leaving = { deleting, gone: Promise.withResolvers() }
    this.#held.delete(textOf(key))
    this.#leaving.set(removalId, claim)
  }

  end(claim: Claim): void {
    if (this.get(claim) === claim) this.#held.delete(textOf(claim))
    for (const [id, left] of this.#leaving) if (left === claim) this.#leaving.delete(id)
    for (const root of claim.roots) this.#tree.delete(root, claim)
    claim.leaving?.gone.resolve()
  }

  /** Every claim of a session. */
  of(sessionId: string): Claim[] {
    const all = [...this.#held.values(), ...this.#leaving.values()]
    return all.filter((claim) => claim.sessionId === sessionId)
  }
}

/** The entries of a place that the files of a torrent of this name lie at or below. */
export function rootsOf(name: string, { saveFolder, renamed = [] }: FilePlace): string[] {
  const entries = [safeName(name), ...renamed.map(({ path }) => path.split('/', 1)[0] ?? path)]
  return entries.map((entry) => join(saveFolder, entry))
}

function textOf({ sessionId, infoHash }: TorrentKey): string {
  return `${sessionId}/${infoHash}`
}
