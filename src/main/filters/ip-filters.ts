/**
 * The IP filters of the process: one that the operator names, and one of each session that has the setting. Owns
 * what was read of them; sessions get it as shared memory. A filter is read when it is set, at each start, and
 * once a day; where that fails the last good one is obeyed, of which a durable session has a copy on disk.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { toWireError } from '../../protocol/errors.ts'
import {
  ipFilterKind,
  ipFiltersFolder,
  type IpFilterPruning,
  type IpFilterRequest,
  type IpFilterSource,
  type LoadedIpFilter,
} from '../../protocol/ip-filter-source.ts'
import type { IpFilterView } from '../../protocol/ip-filter-view.ts'
import type { SessionRecord } from '../../protocol/records.ts'
import type { Log } from '../log.ts'

const usualRefreshMs = 24 * 60 * 60_000

/** Whose filter it is, as far as that decides how it is read. */
export type Filtered = Pick<SessionRecord, 'id' | 'root' | 'memoryOnly'>

export interface IpFiltersOptions {
  readonly tasks: {
    loadIpFilter(request: IpFilterRequest): Promise<LoadedIpFilter>
    pruneIpFilters(pruning: IpFilterPruning): Promise<void>
  }
  readonly rootDir: string
  readonly dataDir: string
  /** Ranges that fetches may use beside public ones. */
  readonly fetchRanges: readonly string[]
  /** The file of the filter that every session obeys; empty: none. */
  readonly hostFile: string
  /** A session obeys another filter from now on, or has another error to show; undefined: every session. */
  readonly onChange: (sessionId: string | undefined) => void
  readonly log: Log
  readonly refreshMs?: number
}

/** A filter that was read for a session and is not obeyed yet. */
export interface ReadFilter {
  readonly setting: string
  readonly loaded: LoadedIpFilter | undefined
}

interface Entry {
  readonly session: Filtered
  readonly setting: string
  loaded: LoadedIpFilter | undefined
  error: IpFilterView['error']
}

export class IpFilters {
  readonly #options: IpFiltersOptions
  readonly #entries = new Map<string, Entry>()
  readonly #refresh: NodeJS.Timeout
  #host: LoadedIpFilter | undefined

  constructor(options: IpFiltersOptions) {
    this.#options = options
    this.#refresh = setInterval(() => void this.#readAnew(), options.refreshMs ?? usualRefreshMs)
  }

  /** Reads the operator's filter, if there is one. Rejects where it cannot be read; the one before is obeyed then. */
  async loadHost(): Promise<void> {
    const { hostFile, log, onChange } = this.#options
    if (hostFile === '') return
    this.#host = await this.#loadFile(hostFile)
    const { ranges, skippedLines } = this.#host
    log.info({ ranges, skipped_lines: skippedLines }, 'the ip filter of all sessions was read')
    onChange(undefined)
  }

  /** Reads what a setting names. Rejects with `invalid_ip_filter` and its kin; nothing has changed then. */
  async read(session: Filtered, setting: string): Promise<ReadFilter> {
    return { setting, loaded: setting === '' ? undefined : await this.#load(session, setting) }
  }

  /** Has a session obey what was read. */
  set(session: Filtered, { setting, loaded }: ReadFilter): void {
    const { id } = session
    if (setting === '') {
      if (!this.#entries.delete(id)) return
    } else this.#entries.set(id, { session, setting, loaded, error: null })
    this.#prune(id, copyName(session, setting))
    this.#options.onChange(id)
  }

  /**
   * Settles when a session that was kept, or comes from elsewhere, has its filter: the copy of it where there is
   * one, which is then read anew in the background, else what it is read from. Where neither can be read it has
   * none, and says so; never rejects.
   */
  async restore(session: SessionRecord): Promise<void> {
    const setting = session.settings.ip_filter
    if (setting === '') return
    const entry: Entry = { session, setting, loaded: undefined, error: null }
    this.#entries.set(session.id, entry)
    const name = copyName(session, setting)
    const file = name === undefined ? undefined : join(this.#folder, name)
    if (file !== undefined) entry.loaded = await this.#loadFile(file).catch(() => undefined)
    if (entry.loaded) void this.#readEntry(entry)
    else await this.#readEntry(entry)
  }

  /** What a session obeys. */
  of(sessionId: string): SharedArrayBuffer[] {
    return [this.#host, this.#entries.get(sessionId)?.loaded].flatMap((filter) => filter?.packed ?? [])
  }

  /** What is shown of a session's own filter; null where it has none. */
  view(sessionId: string): IpFilterView | null {
    const entry = this.#entries.get(sessionId)
    if (entry === undefined) return null
    const { ranges = 0, skippedLines: skipped_lines = 0, at: loaded_at = null } = entry.loaded ?? {}
    return { ranges, skipped_lines, loaded_at, error: entry.error }
  }

  /** Forgets the filter of a session that is gone. */
  forget(sessionId: string): void {
    if (this.#entries.delete(sessionId)) this.#prune(sessionId, undefined)
  }

  /** Reads nothing anew any more. */
  stop(): void {
    clearInterval(this.#refresh)
  }

  get #folder(): string {
    return join(this.#options.dataDir, ipFiltersFolder)
  }

  async #loadFile(file: string): Promise<LoadedIpFilter> {
    return await this.#options.tasks.loadIpFilter({ source: { kind: 'file', file }, copy: undefined })
  }

  async #load(session: Filtered, setting: string): Promise<LoadedIpFilter> {
    const name = copyName(session, setting)
    const copy = name === undefined ? undefined : { folder: this.#folder, name }
    return await this.#options.tasks.loadIpFilter({ source: this.#sourceOf(session, setting), copy })
  }

  #sourceOf({ root }: Filtered, setting: string): IpFilterSource {
    const { rootDir, dataDir: reservedDir, fetchRanges: allowedRanges } = this.#options
    const kind = ipFilterKind(setting)
    if (kind === 'list') return { kind, text: setting }
    return kind === 'url'
      ? { kind, url: setting, allowedRanges }
      : { kind, rootDir, root, reservedDir, path: setting }
  }

  /** Reads a filter again; where that fails the one before stays. */
  async #readEntry(entry: Entry): Promise<void> {
    const { id } = entry.session
    try {
      entry.loaded = await this.#load(entry.session, entry.setting)
      entry.error = null
    } catch (error) {
      entry.error = { ...toWireError(error), at: Date.now() }
      const { code, message } = entry.error
      this.#options.log.warn({ session: id, code }, `its ip filter could not be read: ${message}`)
    }
    if (this.#entries.get(id) === entry) this.#options.onChange(id)
  }

  async #readAnew(): Promise<void> {
    await this.loadHost().catch((error: unknown) => {
      this.#options.log.error(`the ip filter of all sessions stays as it was: ${toWireError(error).message}`)
    })
    for (const entry of [...this.#entries.values()]) {
      if (ipFilterKind(entry.setting) !== 'list') await this.#readEntry(entry)
    }
  }

  #prune(sessionId: string, stays: string | undefined): void {
    const { tasks, log } = this.#options
    tasks.pruneIpFilters({ folder: this.#folder, sessionId, stays }).catch((error: unknown) => {
      const { message } = toWireError(error)
      log.warn({ session: sessionId }, `copies of its ip filters could not be removed: ${message}`)
    })
  }
}

/** Another for each setting, so that a copy is never taken for that of another source; undefined: none is kept. */
function copyName({ id, memoryOnly }: Filtered, setting: string): string | undefined {
  if (memoryOnly || setting === '' || ipFilterKind(setting) === 'list') return undefined
  return `${id}-${createHash('sha256').update(setting).digest('hex').slice(0, 16)}`
}
