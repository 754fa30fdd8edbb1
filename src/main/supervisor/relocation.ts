/**
 * Brings the files of a torrent to another place, a folder or names, while it goes on. Every file has two names,
 * or two copies, before the record is switched from one place to the other in one write; only then the names that
 * are not in use any more are removed. `TorrentRecord.elsewhere` says durably where those are, so that whatever
 * ends the process nothing is lost, and what is left over is known.
 */
import { RestTorrentError } from '../../protocol/errors.ts'
import { claimedBits, type TorrentRecord } from '../../protocol/records.ts'
import type { RenamedFile, TorrentPlace } from '../../protocol/torrent-place-form.ts'
import { isSamePlace, placeOf } from '../../protocol/torrent-place.ts'
import { Turns } from '../../protocol/turns.ts'
import type { Board } from '../board/board.ts'
import type { FileOwnership } from '../files/file-ownership.ts'
import type { Removal } from '../records/removal.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import type { HashDesk } from './hash-desk.ts'
import { holdFiles } from './hold-files.ts'
import { findNow, onlyFor, recordNow, type OneLife } from './one-life.ts'
import { PieceCopies } from './piece-copies.ts'
import { renameHeld } from './rename-held.ts'
import type { SessionSupervisor } from './session-supervisor.ts'
import { filePlace, sweepBeside, type SweptSession } from './sweep-beside.ts'

export interface RelocationSurroundings {
  readonly tasks: TaskPool
  readonly hashDesk: Pick<HashDesk, 'inTurn'>
  readonly files: FileOwnership
  readonly board: Board
}

/** How files are brought. */
export interface RelocationOptions {
  readonly signal: AbortSignal
  /** Whether they are copied where they cannot have a second name. */
  readonly mayCopy: boolean
  /** 0…1 of what is copied. */
  readonly progress: (share: number) => void
}

export class Relocation {
  readonly #near: RelocationSurroundings
  readonly #turns = new Turns()
  readonly #busy = new Set<string>()

  constructor(near: RelocationSurroundings) {
    this.#near = near
  }

  /** Whether files of the torrent are on their way. */
  isBusy(session: SessionSupervisor, infoHash: string): boolean {
    return this.#busy.has(keyOf(session, infoHash))
  }

  /**
   * Settles when the files are in the place and nowhere else, where they stay from now on. Rejects with `file_in_use`, `file_exists`,
   * `files_changed`, `insufficient_space` or another disk code, or with the signal's reason; then they are where
   * they were.
   */
  async bring(
    session: SessionSupervisor,
    torrent: OneLife,
    place: Omit<TorrentPlace, 'renamed'>,
    options: RelocationOptions,
  ): Promise<void> {
    await this.#alone(session, torrent.infoHash, async () => {
      // now that it is its turn: a rename before it may just have been acknowledged
      const before = findNow(session.records, torrent)
      await this.#bring(session, before, { ...place, renamed: before.renamed }, options)
      const { finishedPath, saveFolder } = recordNow(session.records, torrent) ?? {}
      if (finishedPath !== undefined && saveFolder === place.saveFolder)
        await session.records.decide(torrent.infoHash, onlyFor(torrent, { finishedPath: undefined }))
    })
  }

  /**
   * Gives the files of a torrent the names that `names` makes of those they have, without copying anything. Gives
   * them; rejects as `bring`, and with what `names` does.
   */
  async rename(
    session: SessionSupervisor,
    torrent: OneLife,
    signal: AbortSignal,
    names: (renamed: TorrentPlace['renamed']) => Promise<readonly RenamedFile[]>,
  ): Promise<readonly RenamedFile[]> {
    return await this.#alone(session, torrent.infoHash, async () => {
      const before = findNow(session.records, torrent)
      const renamed = [...(await names(before.renamed))]
      const options = { signal, mayCopy: false, progress: () => undefined }
      await this.#bring(session, before, placeOf({ ...before, renamed }), options)
      return renamed
    })
  }

  /**
   * Removes what lies of a torrent beside its place, once nothing of it is on its way: what a run before has left,
   * or what was made of one that is removed. Rejects with a disk code, and with `files_changed` where the disk is not
   * mounted that has copies of one that is removed; those of one that is there are for the next start, or forgotten
   * when it is moved again.
   */
  async sweep(session: SweptSession, record: TorrentRecord, removal?: Removal): Promise<void> {
    await this.#turns.take(keyOf(session, record.infoHash), () =>
      sweepBeside(this.#near, session, record, removal),
    )
  }

  async #alone<T>(session: SessionSupervisor, infoHash: string, work: () => Promise<T>): Promise<T> {
    const key = keyOf(session, infoHash)
    return await this.#turns.take(key, async () => {
      this.#busy.add(key)
      return await work().finally(() => this.#busy.delete(key))
    })
  }

  async #bring(
    session: SessionSupervisor,
    torrent: OneLife,
    place: TorrentPlace,
    options: RelocationOptions,
  ): Promise<void> {
    const before = findNow(session.records, torrent)
    if (isSamePlace(before, place)) return await sweepBeside(this.#near, session, before)
    if (before.storageMode === 'memory') return await this.#switch(session, before, place, {})
    if (before.source.rawInfo === undefined) return await this.#bringUnknown(session, before, place, options)
    const isBegun = before.elsewhere !== undefined && isSamePlace(before.elsewhere, place)
    if (!isBegun) await this.#begin(session, before, place)
    try {
      await this.#double(session, before, place, options)
    } catch (error) {
      session.torrents.release(before.infoHash)
      if (isForNext(options.signal)) throw error
      await sweepBeside(this.#near, session, { ...before, elsewhere: place }).catch(() => undefined) // left for the next start
      throw error
    }
    await sweepBeside(this.#near, session, { ...before, elsewhere: placeOf(before) })
  }

  /** A magnet has no files before its metadata is known; none are made at the old place while it is moved. */
  async #bringUnknown(
    session: SessionSupervisor,
    torrent: OneLife,
    place: TorrentPlace,
    options: RelocationOptions,
  ): Promise<void> {
    const { infoHash } = torrent
    try {
      await holdFiles(session, infoHash, options.signal)
      const held = findNow(session.records, torrent)
      if (held.source.rawInfo === undefined) return await this.#switch(session, held, place, {})
    } catch (error) {
      session.torrents.release(infoHash)
      throw error
    }
    session.torrents.release(infoHash)
    await this.#bring(session, torrent, place, options) // its metadata came first: it is brought as any other
  }

  /** Claims the place, looks whether it is free, and makes it known before anything is there. */
  async #begin(session: SessionSupervisor, before: TorrentRecord, place: TorrentPlace): Promise<void> {
    const { files, tasks } = this.#near
    const { infoHash } = before
    if (before.elsewhere !== undefined) await sweepBeside(this.#near, session, before)
    const key = { sessionId: session.id, infoHash }
    await files.extend(key, filePlace(before), filePlace(place))
    try {
      await tasks.refusePresent(linking(before, place))
      await session.records.decide(infoHash, onlyFor(before, { elsewhere: place }))
    } catch (error) {
      if (recordNow(session.records, before)) files.settle(key, filePlace(before))
      throw error
    }
  }

  /** Gives every file its second name or copy, and switches the record. */
  async #double(
    session: SessionSupervisor,
    torrent: OneLife,
    place: TorrentPlace,
    options: RelocationOptions,
  ): Promise<void> {
    const { signal, mayCopy, progress } = options
    const [{ tasks, hashDesk }, { id }] = [this.#near, session]
    const now = (): TorrentRecord => findNow(session.records, torrent)
    signal.throwIfAborted()
    const link = async (record: TorrentRecord) =>
      await tasks.linkFiles({ ...linking(record, place), bits: claimedBits(record) })
    const linked = await link(now())
    const byNames = {
      tasks,
      session,
      torrent,
      signal,
      linking: (record: TorrentRecord) => linking(record, place),
      switchFrom: async (record: TorrentRecord) => await this.#switch(session, record, place, {}),
    }
    if (linked === 'unlinkable' && (await renameHeld(byNames))) return
    const isLinked = linked === 'linked'
    if (!isLinked && !mayCopy)
      throw new RestTorrentError('disk_failed', 'a file cannot have this name there: move the torrent')
    const copies = isLinked
      ? undefined
      : new PieceCopies({ tasks, hashDesk, sessionId: id, place: filePlace(place), now, signal, progress })
    await copies?.most()
    await holdFiles(session, torrent.infoHash, signal)
    const held = now()
    if (isLinked && (await link(held)) !== 'linked')
      return await this.#double(session, torrent, place, options) // the first of its files were made meanwhile
    const known = await copies?.rest()
    signal.throwIfAborted()
    await this.#switch(session, held, place, known ?? {})
  }

  /** One write: the place, where the other copies are, and what is known of the files. */
  async #switch(
    session: SessionSupervisor,
    before: TorrentRecord,
    place: TorrentPlace,
    known: Partial<Pick<TorrentRecord, 'bits' | 'resume'>>,
  ): Promise<void> {
    const { infoHash } = before
    const { id: sessionId } = session
    const { saveFolder, savePath, renamed, mountPoint } = place
    const elsewhere = before.elsewhere && placeOf(before)
    const checkpoint = known.resume?.checkpoint
    const record = await session.records.decide(
      infoHash,
      onlyFor(before, { saveFolder, savePath, renamed, mountPoint, elsewhere, ...known }),
      checkpoint ? [{ type: 'checkpoint', sessionId, infoHash, checkpoint }] : [],
    )
    this.#near.board.session(sessionId)?.rename(record)
    session.torrents.release(infoHash)
  }
}

/** Whether the server stops: the next process goes on with what is there. */
function isForNext({ reason }: AbortSignal): boolean {
  return reason instanceof RestTorrentError && reason.code === 'shutting_down'
}

function linking(record: TorrentRecord, place: TorrentPlace) {
  const { rawInfo = new Uint8Array() } = record.source
  return { rawInfo, from: filePlace(record), to: filePlace(place) }
}

function keyOf({ id }: SweptSession, infoHash: string): string {
  return `${id}/${infoHash}`
}
