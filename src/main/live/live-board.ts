/**
 * What changed on the board since any revision. Owns the count of changes; written by the board alone, read
 * by those that follow. A revision is of one process: one of another is as none.
 */
import { randomBytes } from 'node:crypto'
import {
  sessionFields,
  torrentFields,
  type LiveUpdate,
  type RowChanges,
  type Topic,
} from '../../protocol/live.ts'
import type { SessionView } from '../../protocol/session.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import type { Board } from '../board/board.ts'
import { LiveTable, type Revisions } from './live-table.ts'

/** What a follower wants to hear of. */
export interface Interest {
  readonly topic: Exclude<Topic, 'events'>
  /** For the topic `torrents`. */
  readonly sessionId: string | undefined
  readonly torrentFields: ReadonlySet<string>
  readonly sessionFields: ReadonlySet<string>
  /** Whether the follower may hear of a session, also of one that is gone. */
  readonly covers: (sessionId: string, owner: string | null) => boolean
}

/** An update as JSON, made once for all that it is sent to. */
export interface UpdateText {
  readonly revision: string
  readonly json: string
}

type TorrentChanges = NonNullable<LiveUpdate['torrents']>[number]

export class LiveBoard {
  readonly #process = randomBytes(6).toString('base64url')
  readonly #board: Board
  readonly #listeners = new Set<(sessionId: string, ofTorrents: boolean) => void>()
  readonly #revisions: Revisions = { current: 0 }
  readonly #sessions = new LiveTable<SessionView>(this.#revisions, 'id', sessionFields)
  readonly #torrents = new Map<string, LiveTable<TorrentRow>>()

  constructor(board: Board) {
    this.#board = board
    const tell = (id: string, ofTorrents: boolean): void => {
      for (const listener of this.#listeners) listener(id, ofTorrents)
    }
    board.watch({
      session: (id, _before, after) => {
        this.#putSession(id, after)
        tell(id, false)
      },
      torrent: (id, infoHash, _before, after) => {
        this.#putTorrent(id, infoHash, after)
        tell(id, true)
      },
      closed: (id) => {
        this.#torrents.delete(id)
        tell(id, true)
      },
    })
  }

  /** Tells from now on in which session something changed: its torrents, or what is shown of itself. */
  onChange(listener: (sessionId: string, ofTorrents: boolean) => void): void {
    this.#listeners.add(listener)
  }

  /** The number of the last change. */
  get revision(): number {
    return this.#revisions.current
  }

  /** A revision as callers see it. */
  textOf(revision: number): string {
    return `${this.#process}-${revision.toString(36)}`
  }

  /** The number of a revision of this process; undefined for anything else. */
  numberOf(text: string): number | undefined {
    const [, name, digits = ''] = /^([\w-]+)-([0-9a-z]+)$/.exec(text) ?? []
    const number = Number.parseInt(digits, 36)
    return name === this.#process && number <= this.revision ? number : undefined
  }

  /** Everything there is of interest. */
  snapshot(interest: Interest): LiveUpdate {
    return { ...this.#frame(interest), revision: this.textOf(this.revision), ...this.#changes(interest, 0) }
  }

  /** The same as JSON; where all fields of torrents are wanted their rows come as the lists keep them. */
  snapshotText(interest: Interest): UpdateText {
    const { topic, sessionId, torrentFields: fields, covers } = interest
    const revision = this.textOf(this.revision)
    if (topic === 'sessions' || fields.size < torrentFields.length)
      return { revision, json: JSON.stringify(this.snapshot(interest)) }
    const shown = this.#sessions.rows().filter(({ row: { id, owner } }) => covers(id, owner))
    const ids = topic === 'torrents' ? [sessionId ?? ''] : shown.map(({ key }) => key)
    const torrents = ids.flatMap((id) => {
      const rows = this.#board.session(id)?.torrents
      if (rows === undefined || rows.size === 0) return []
      return `{"session_id":${JSON.stringify(id)},"added":${rows.json()},"changed":[],"removed":[]}`
    })
    const sessions =
      topic === 'all' &&
      this.#sessions.changesSince(0, interest.sessionFields, (row) => covers(row.id, row.owner))
    const rest = { ...this.#frame(interest), revision, ...(sessions ? { sessions } : {}) }
    const parts = torrents.length === 0 ? '' : `,"torrents":[${torrents.join()}]`
    return { revision, json: `${JSON.stringify(rest).slice(0, -1)}${parts}}` }
  }

  /**
   * What happened since `revision`; undefined for nothing of interest. Where that is not known any more it is
   * a snapshot. `told` is the revision that the follower has, for which nothing but `revision` is missing.
   */
  since(interest: Interest, revision: number, told = revision): LiveUpdate | undefined {
    if (!this.#remembers(interest, revision)) return this.snapshot(interest)
    const changes = this.#changes(interest, revision)
    if (Object.keys(changes).length === 0) return undefined
    const [from, to] = [this.textOf(told), this.textOf(this.revision)]
    return { ...this.#frame(interest), from, revision: to, ...changes }
  }

  /** What is there, or what changed since a revision as a caller names it, as JSON. */
  textSince(interest: Interest, since: string | undefined): UpdateText {
    const from = since === undefined ? undefined : this.numberOf(since)
    if (from === undefined || !this.#remembers(interest, from)) return this.snapshotText(interest)
    const here = this.textOf(from)
    const update = this.since(interest, from) ?? { ...this.#frame(interest), from: here, revision: here }
    return { revision: update.revision, json: JSON.stringify(update) }
  }

  #frame({ topic, sessionId }: Interest): Pick<LiveUpdate, 'topic' | 'session_id'> {
    return { topic, ...(sessionId === undefined ? {} : { session_id: sessionId }) }
  }

  #remembers({ topic, sessionId = '' }: Interest, revision: number): boolean {
    if (topic === 'torrents') return this.#torrents.get(sessionId)?.remembers(revision) === true
    if (!this.#sessions.remembers(revision)) return false
    if (topic === 'sessions') return true
    return [...this.#torrents.values()].every((table) => table.bornAt > revision || table.remembers(revision))
  }

  #changes(interest: Interest, revision: number): Pick<LiveUpdate, 'sessions' | 'torrents'> {
    const { topic, sessionId } = interest
    if (topic === 'torrents') {
      const changes = sessionId === undefined ? [] : this.#torrentsOf(sessionId, interest, revision)
      return changes.length > 0 ? { torrents: changes } : {}
    }
    const covers = ({ id, owner }: SessionView): boolean => interest.covers(id, owner)
    const sessions = this.#sessions.changesSince(revision, interest.sessionFields, covers)
    if (topic === 'sessions') return sessions ? { sessions } : {}
    const shown = this.#sessions.rows().filter(({ row }) => covers(row))
    // of a session that is new to the follower, all torrents are
    const torrents = shown.flatMap(({ key, addedAt }) =>
      this.#torrentsOf(key, interest, addedAt > revision ? 0 : revision),
    )
    return { ...(sessions ? { sessions } : {}), ...(torrents.length > 0 ? { torrents } : {}) }
  }

  #torrentsOf(id: string, { torrentFields: fields }: Interest, revision: number): TorrentChanges[] {
    const changes: RowChanges<TorrentRow> | undefined = this.#torrents.get(id)?.changesSince(revision, fields)
    return changes === undefined ? [] : [{ session_id: id, ...changes }]
  }

  #putSession(id: string, view: SessionView | undefined): void {
    if (view === undefined) this.#sessions.delete(id)
    else this.#sessions.put(id, view)
  }

  #putTorrent(id: string, infoHash: string, row: TorrentRow | undefined): void {
    if (row === undefined) this.#torrents.get(id)?.delete(infoHash)
    else this.#tableOf(id).put(infoHash, row)
  }

  #tableOf(id: string): LiveTable<TorrentRow> {
    const table = this.#torrents.get(id) ?? new LiveTable(this.#revisions, 'info_hash', torrentFields)
    this.#torrents.set(id, table)
    return table
  }
}
