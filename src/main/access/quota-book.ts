/**
 * Holds keys and sessions to their quotas. What is used is counted from the records, so that nothing can
 * drift; what is under way is counted beside them, so that requests at the same moment cannot pass a bound
 * together. Every check and what it reserves happen in one go.
 */
import { changedFields, type FieldsOf } from '../../protocol/changed-fields.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import { quotaNames, type Quotas, type QuotaName } from '../../protocol/quotas.ts'
import type { SessionRecord, TorrentRecord } from '../../protocol/records.ts'
import type { SessionSettings } from '../../protocol/session.ts'
import type { SessionRecords } from '../records/session-records.ts'
import { Turns } from '../../protocol/turns.ts'
import { AddTimes } from './add-times.ts'
import { diskBytes, sharedOut, widest } from './quota-amounts.ts'

/** A session as far as its quotas go; it need not be there yet. */
export type Charged = Pick<SessionRecord, 'id' | 'owner' | 'quotas'>

export interface QuotaBookOptions {
  /** Every session, also those that are being made. */
  readonly sessions: () => Iterable<{ readonly records: SessionRecords }>
  readonly quotasOfKey: (prefix: string) => Quotas | undefined
  /** Counts what is transferred in a month. */
  readonly transfers: { used(holder: string): number }
}

/** How much of a quota is used. */
export interface QuotaUse {
  readonly quota: QuotaName
  readonly bound: number
  readonly used: number
}

/** A torrent that is being added. */
interface Pending {
  readonly session: Charged
  readonly infoHash: string
  readonly bytes: number
}

interface Holder {
  readonly name: string
  readonly quotas: Quotas
  readonly holds: (session: Charged) => boolean
}

export class QuotaBook {
  readonly #options: QuotaBookOptions
  readonly #pending = new Set<Pending>()
  /** Torrents whose bytes are reserved; what a magnet link names is not until its size is known. */
  readonly #reserved = new Set<string>()
  readonly #adds = new AddTimes()
  readonly #turns = new Turns()

  constructor(options: QuotaBookOptions) {
    this.#options = options
  }

  /**
   * The settings of a session that is made in the same turn: limits that are not bounded, or wider than what is
   * left, become what is left, or an even part of it where the number of sessions is bounded too. Throws
   * `quota_exceeded`.
   */
  forSession(session: Charged, settings: SessionSettings): SessionSettings {
    const granted = { ...settings }
    for (const holder of this.#holders(session)) {
      const { quotas } = holder
      const count = this.#sessionsOf(holder, session.id).length
      this.#require(holder, 'sessions', count + 1)
      for (const [quota, limit, alternative] of sharedOut) {
        const bound = quotas[quota]
        if (bound === undefined) continue
        const left = bound - this.#sharedOut(holder, limit, session.id)
        if (left < 1) throw exceeded(holder, quota, bound)
        const share = Math.max(1, Math.floor(bound / (quotas.sessions ?? 1)))
        granted[limit] = Math.min(granted[limit] || share, share, left)
        if (alternative) granted[alternative] = Math.min(granted[alternative] || share, share, left)
      }
    }
    return granted
  }

  /** Whether a session may have these limits from now on. Throws `quota_exceeded`. */
  forSettings(session: Charged & Pick<SessionRecord, 'settings'>, changed: FieldsOf<SessionSettings>): void {
    const after = changedFields(session.settings, changed)
    for (const holder of this.#holders(session)) {
      for (const [quota, limit] of sharedOut) {
        const wished = widest(after, limit)
        const isSame = changed[limit] === undefined && wished === widest(session.settings, limit)
        if (isSame || holder.quotas[quota] === undefined) continue
        this.#require(holder, quota, this.#sharedOut(holder, limit, session.id) + wished)
      }
    }
  }

  /** Runs what judges and then changes settings while nothing else of the same holder does. */
  async inTurn<T>({ id, owner }: Charged, work: () => Promise<T>): Promise<T> {
    return await this.#turns.take(owner ?? id, work)
  }

  /**
   * Reserves what a torrent takes; `bytes` is 0 while its size is not known. The function that is given says
   * how the add ended. Throws `quota_exceeded`.
   */
  forTorrent(session: Charged, infoHash: string, bytes: number): (isAdded: boolean) => void {
    const holders = this.#holders(session)
    for (const holder of holders) {
      this.#require(holder, 'torrents', this.#torrentsOf(holder) + 1)
      this.#require(holder, 'disk_bytes', this.#bytesOf(holder) + bytes)
      const { adds_minute: adds } = holder.quotas
      if (adds !== undefined && this.#adds.count(holder.name) >= adds) {
        throw exceeded(holder, 'adds_minute', adds)
      }
    }
    for (const { name, quotas } of holders) if (quotas.adds_minute !== undefined) this.#adds.note(name)
    const pending = { session, infoHash, bytes }
    this.#pending.add(pending)
    return (isAdded) => {
      this.#pending.delete(pending)
      if (!isAdded) return
      if (bytes > 0) this.#reserved.add(keyOf(session.id, infoHash))
      else this.#reserved.delete(keyOf(session.id, infoHash))
    }
  }

  /** Whether a torrent may write its files: reserves its bytes unless they are. Throws `quota_exceeded`. */
  forWriting({ session, torrents }: SessionRecords, infoHash: string): void {
    const key = keyOf(session.id, infoHash)
    const record = torrents.get(infoHash)
    if (record === undefined || this.#reserved.has(key)) return
    const bytes = diskBytes(record)
    for (const holder of this.#holders(session)) {
      this.#require(holder, 'disk_bytes', this.#bytesOf(holder) + bytes)
    }
    this.#reserved.add(key)
  }

  /** Bytes that torrents of a session may still take of disks; undefined where nothing bounds them. */
  diskLeft(session: Charged): number | undefined {
    const left = this.#holders(session).flatMap((holder) => {
      const { disk_bytes: bound } = holder.quotas
      return bound === undefined ? [] : [Math.max(0, bound - this.#bytesOf(holder))]
    })
    return left.length === 0 ? undefined : Math.min(...left)
  }

  /** What is used of each quota of a session and of its key. */
  usage(session: Charged): QuotaUse[] {
    return this.#holders(session).flatMap((holder) =>
      quotaNames.flatMap((quota) => {
        const bound = holder.quotas[quota]
        return bound === undefined ? [] : [{ quota, bound, used: this.#used(holder, quota, bound) }]
      }),
    )
  }

  /** Reserves for torrents of a process before as far as it fits: first for those that have data. */
  restore(restored: readonly SessionRecords[]): void {
    const all = restored.flatMap((records) =>
      Array.from(records.torrents.values(), (torrent) => ({ records, torrent })),
    )
    const hasData = ({ torrent }: { torrent: TorrentRecord }): number =>
      torrent.resume === undefined ? 1 : 0
    all.sort((a, b) => hasData(a) - hasData(b) || a.torrent.addedAt - b.torrent.addedAt)
    const used = new Map<string, number>()
    for (const { records, torrent } of all) {
      const bytes = diskBytes(torrent)
      const holders = this.#holders(records.session).filter(({ quotas }) => quotas.disk_bytes !== undefined)
      const after = holders.map((holder) => (used.get(holder.name) ?? 0) + bytes)
      if (holders.some(({ quotas }, at) => (after[at] ?? 0) > (quotas.disk_bytes ?? Infinity))) continue
      for (const [at, { name }] of holders.entries()) used.set(name, after[at] ?? 0)
      if (bytes > 0) this.#reserved.add(keyOf(records.session.id, torrent.infoHash))
    }
  }

  #holders({ id, owner, quotas }: Charged): Holder[] {
    const ofKey = owner === null ? undefined : this.#options.quotasOfKey(owner)
    const holders: Holder[] = []
    if (Object.keys(quotas).length > 0)
      holders.push({ name: `session ${id}`, quotas, holds: (session) => session.id === id })
    if (ofKey !== undefined && Object.keys(ofKey).length > 0)
      holders.push({ name: `key ${owner}`, quotas: ofKey, holds: (session) => session.owner === owner })
    return holders
  }

  #sessionsOf({ holds }: Holder, except?: string): SessionRecords[] {
    const all = Array.from(this.#options.sessions(), ({ records }) => records)
    return all.filter(({ session }) => session.id !== except && holds(session))
  }

  #used(holder: Holder, quota: QuotaName, bound: number): number {
    const [, limit] = sharedOut.find(([name]) => name === quota) ?? []
    if (limit !== undefined) return Math.min(bound, this.#sharedOut(holder, limit, ''))
    if (quota === 'sessions') return this.#sessionsOf(holder).length
    if (quota === 'torrents') return this.#torrentsOf(holder)
    if (quota === 'disk_bytes') return this.#bytesOf(holder)
    return quota === 'adds_minute' ? this.#adds.count(holder.name) : this.#options.transfers.used(holder.name)
  }

  #sharedOut(holder: Holder, limit: (typeof sharedOut)[number][1], except: string): number {
    return sum(this.#sessionsOf(holder, except).map(({ session }) => widest(session.settings, limit)))
  }

  #torrentsOf(holder: Holder): number {
    const held = this.#sessionsOf(holder)
    const ofSession = new Map(held.map(({ session, torrents }) => [session.id, torrents]))
    // one that was recorded a moment ago is counted there
    const pending = this.#pendingOf(holder).filter(
      ({ session, infoHash }) => ofSession.get(session.id)?.has(infoHash) !== true,
    )
    return sum(held.map(({ torrents }) => torrents.size)) + pending.length
  }

  #bytesOf(holder: Holder): number {
    if (holder.quotas.disk_bytes === undefined) return 0
    const reserved = this.#sessionsOf(holder).flatMap(({ session, torrents }) =>
      Array.from(torrents.values(), (record) =>
        this.#reserved.has(keyOf(session.id, record.infoHash)) ? diskBytes(record) : 0,
      ),
    )
    return sum(reserved) + sum(this.#pendingOf(holder).map(({ bytes }) => bytes))
  }

  #pendingOf({ holds }: Holder): Pending[] {
    return [...this.#pending].filter(({ session }) => holds(session))
  }

  #require(holder: Holder, quota: QuotaName, used: number): void {
    const bound = holder.quotas[quota]
    if (bound !== undefined && used > bound) throw exceeded(holder, quota, bound)
  }
}

function exceeded({ name }: Holder, quota: QuotaName, bound: number): RestTorrentError {
  return new RestTorrentError('quota_exceeded', `the quota ${quota} of ${name} is ${bound}`, {
    details: { quota, bound },
  })
}

function keyOf(sessionId: string, infoHash: string): string {
  return `${sessionId}/${infoHash}`
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
