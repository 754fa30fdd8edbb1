/**
 * Who owns which file, over all sessions. A file belongs to the torrent that claimed it first, and only that
 * one may write it. Another one may be added onto it when the owner is complete; it is shared then, and the
 * later torrent runs only where it turns out to be complete too.
 */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { TorrentKey } from '../../protocol/store-rpc.ts'
import type { FileComparison, FilePlace, FileSet } from '../../protocol/tasks.ts'
import { FileClaims, rootsOf, type Claim } from './file-claims.ts'

export interface FileOwnershipOptions {
  /** Paths of the files of `mine`, below its folder, that `other` has too. */
  readonly compare: (comparison: FileComparison) => Promise<readonly string[]>
  /** Whether a torrent has everything, as last reported. */
  readonly isComplete: (key: TorrentKey) => boolean
}

export class FileOwnership {
  readonly #claims = new FileClaims()
  readonly #options: FileOwnershipOptions

  constructor(options: FileOwnershipOptions) {
    this.#options = options
  }

  /**
   * Claims the files of a torrent that is being added; gives what takes the claim back. Rejects with
   * `file_in_use`, or with `torrent_exists` when the torrent is being added already.
   */
  async admit(sessionId: string, record: TorrentRecord): Promise<() => void> {
    if (this.#claims.get({ sessionId, infoHash: record.infoHash }) !== undefined) {
      throw new RestTorrentError('torrent_exists', `torrent ${record.infoHash} is being added already`)
    }
    const claim = this.#claims.put(sessionId, record)
    if (claim === undefined) return () => undefined
    const isShared = (other: Claim): boolean =>
      other.leaving ? !other.leaving.deleting : this.#options.isComplete(other)
    const judged = this.#refuse(claim, isShared)
    claim.admitted = judged.catch(() => this.#claims.end(claim))
    await judged
    return () => this.#claims.end(claim)
  }

  /** Claims files without a question: those of a torrent that exists. Whether it may write is asked later. */
  hold(sessionId: string, record: TorrentRecord): void {
    this.#claims.put(sessionId, record)
  }

  /** Claims what a torrent that was removed has elsewhere, until that is deleted. */
  holdElsewhere(sessionId: string, record: TorrentRecord, removalId: string): void {
    const { infoHash, elsewhere } = record
    if (elsewhere === undefined) return
    const { saveFolder, renamed } = elsewhere
    this.hold(sessionId, { ...record, saveFolder, renamed, elsewhere: undefined })
    this.leave({ sessionId, infoHash }, removalId, true)
  }

  /** Settles when the torrent may write its files. Rejects with `file_in_use`. */
  async permit(key: TorrentKey): Promise<void> {
    const claim = this.#claims.get(key)
    if (claim !== undefined) await this.#refuse(claim, () => false)
  }

  /**
   * Claims a second place for the files of a torrent. Rejects with `file_in_use` where one of them, that is not in
   * its own place already, belongs to another torrent; then nothing is claimed.
   */
  async extend(key: TorrentKey, current: FilePlace, place: FilePlace): Promise<void> {
    const claim = this.#claims.get(key)
    if (claim === undefined) return
    this.#claims.place(claim, [current, place])
    try {
      await this.#refuseAll(claim, current, place)
    } catch (error) {
      this.settle(key, current)
      throw error
    }
  }

  /** The files of a torrent have this one place from now on. */
  settle(key: TorrentKey, place: FilePlace): void {
    const claim = this.#claims.get(key)
    if (claim !== undefined) this.#claims.place(claim, [place])
  }

  /**
   * Paths below a place that a torrent gives up which others have: they are not to be deleted. Where it is removed,
   * by the removal of this id, one that was added again since is another, also when that is removed, too.
   */
  async sparedAt(
    sessionId: string,
    record: TorrentRecord,
    place: FilePlace,
    removalId?: string,
  ): Promise<string[]> {
    const { infoHash, source, facts } = record
    if (source.rawInfo === undefined) return []
    const roots = rootsOf(facts?.name ?? source.name, place)
    const newestOwn = removalId === undefined ? Infinity : (this.#claims.removed(removalId)?.order ?? 0)
    const isOwn = (other: Claim): boolean =>
      isOtherLife(other, { sessionId, infoHash }) && other.order <= newestOwn
    const near = this.#claims.near({ roots }).filter((other) => !isOwn(other))
    return await this.#spared({ rawInfo: source.rawInfo, places: [place] }, near)
  }

  /** The torrent is removed; its files are free for others when that is carried out. */
  leave(key: TorrentKey, removalId: string, deleting: boolean): void {
    this.#claims.leave(key, removalId, deleting)
  }

  /** Paths below the save path of a removed torrent that others have too: they are not to be deleted. */
  async spared(removalId: string): Promise<string[]> {
    const claim = this.#claims.removed(removalId)
    return claim === undefined ? [] : await this.#spared(claim.files, this.#claims.near(claim))
  }

  /** A removal was carried out. */
  release(removalId: string): void {
    const claim = this.#claims.removed(removalId)
    if (claim !== undefined) this.#claims.end(claim)
  }

  /** The session is gone; files of it that are still to be deleted stay claimed until they are. */
  releaseSession(sessionId: string): void {
    for (const claim of this.#claims.of(sessionId))
      if (claim.leaving?.deleting !== true) this.#claims.end(claim)
  }

  async #spared(mine: FileSet, near: readonly Claim[]): Promise<string[]> {
    const others = near.filter(({ leaving }) => leaving?.deleting !== true)
    const lists = await Promise.all(others.map((other) => this.#common(mine, other)))
    return [...new Set(lists.flat())]
  }

  /** Whatever was claimed first: nobody else's file is to be touched. */
  async #refuseAll(claim: Claim, current: FilePlace, place: FilePlace): Promise<void> {
    const mine = { ...claim.files, places: [place] }
    for (const other of this.#claims.near(claim)) {
      const [path] = await this.#common(mine, other, current)
      if (path !== undefined && this.#claims.has(other)) throw inUse(path, other)
    }
  }

  /** Rejects with `file_in_use` where an earlier claim has a file of this one and does not share it. */
  async #refuse(claim: Claim, isShared: (other: Claim) => boolean): Promise<void> {
    const near = this.#claims.near(claim)
    const earlier = near.filter((other) => other.order < claim.order && !isOtherLife(claim, other))
    for (const other of earlier) {
      await other.admitted
      if (!this.#claims.has(other)) continue
      const [path] = await this.#common(claim.files, other)
      if (path === undefined || isShared(other)) continue
      if (other.leaving?.deleting === false) await other.leaving.gone.promise
      if (!this.#claims.has(other)) continue
      throw inUse(path, other)
    }
  }

  async #common(mine: FileSet, { files: other }: Claim, except?: FilePlace): Promise<readonly string[]> {
    return await this.#options.compare({ mine, other, except })
  }
}

/** Whether both are of one torrent, which was removed and added again. */
function isOtherLife(one: TorrentKey, other: TorrentKey): boolean {
  return one.sessionId === other.sessionId && one.infoHash === other.infoHash
}

function inUse(path: string, { infoHash, leaving }: Claim): RestTorrentError {
  const doing = leaving ? 'is being deleted with' : 'belongs to'
  return new RestTorrentError('file_in_use', `file ${path} ${doing} torrent ${infoHash}`, {
    details: { info_hash: infoHash, path },
  })
}
