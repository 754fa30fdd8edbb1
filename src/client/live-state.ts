/** What a follower knows: applies updates in turn and ends with what a fresh list would show. */
import type { LiveUpdate, RowChanges } from '../protocol/live.ts'
import type { SessionView } from '../protocol/session.ts'
import type { TorrentRow } from '../protocol/torrent.ts'

/** Of each row as many fields as are followed. */
export class LiveState {
  readonly sessions = new Map<string, Partial<SessionView>>()
  /** By the id of the session and the info hash. */
  readonly torrents = new Map<string, Map<string, Partial<TorrentRow>>>()
  #revision: string | undefined

  /** To be given as `since`; undefined before the first update. */
  get revision(): string | undefined {
    return this.#revision
  }

  /** Applies an update; false, and nothing is changed, where one before it is missing: then subscribe again with `since`. */
  apply(update: LiveUpdate): boolean {
    if (update.from === undefined) {
      this.sessions.clear()
      this.torrents.clear()
    } else if (update.from !== this.#revision) return false
    const { added = [], removed = [] } = update.sessions ?? {}
    for (const id of [...removed, ...added.map((view) => view.id ?? '')]) this.torrents.delete(id)
    if (update.sessions) applyRows(this.sessions, update.sessions, 'id')
    for (const { session_id: id, ...changes } of update.torrents ?? []) {
      const rows = this.torrents.get(id) ?? new Map<string, Partial<TorrentRow>>()
      this.torrents.set(id, rows)
      applyRows(rows, changes, 'info_hash')
    }
    this.#revision = update.revision
    return true
  }
}

function applyRows<Row extends object>(
  rows: Map<string, Partial<Row>>,
  { added, changed, removed }: RowChanges<Row>,
  keyField: keyof Row,
): void {
  for (const key of removed) rows.delete(key)
  for (const row of added) {
    const key = String(row[keyField])
    rows.delete(key) // one that comes again stands at the end
    rows.set(key, row)
  }
  for (const part of changed) {
    const key = String(part[keyField])
    const row = { ...rows.get(key), ...part }
    // the one field that may be absent
    if ('error' in row && row.error === null) delete row.error
    rows.set(key, row)
  }
}
