/**
 * What happened, in order and numbered: the last 10,000 events of at most a day, for those that were away.
 * The numbers are of one process; the id of another is as none.
 */
import { randomBytes } from 'node:crypto'
import { briefJob } from '../../protocol/job.ts'
import type { LiveEvent } from '../../protocol/live.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import type { KeyRing } from '../access/key-ring.ts'
import { coversJob } from '../access/covers-job.ts'
import type { Access } from '../access/access.ts'
import type { Board } from '../board/board.ts'
import type { Jobs } from '../jobs/jobs.ts'

const maxEvents = 10_000
const maxAgeMs = 24 * 60 * 60 * 1000

/** An event and who made the session that it happened to; null where nobody's key did. */
export interface Happened {
  readonly event: LiveEvent
  readonly owner: string | null
}

type News = Omit<LiveEvent, 'id' | 'at'>

/** Whether a caller may hear of it. What happened to no session is for administrators. */
export function isHeard({ event, owner }: Happened, access: Access): boolean {
  if (event.job !== undefined) return coversJob(access, { job: event.job, owner })
  if (event.session_id !== undefined) return access.covers(event.session_id, owner)
  return access.seesAll && access.scope === 'admin'
}

export class EventLog {
  readonly #process = randomBytes(6).toString('base64url')
  readonly #happened: Happened[] = []
  readonly #listeners = new Set<(happened: Happened) => void>()
  #count = 0

  /** The id of the last event, or of none where nothing happened yet. */
  get lastId(): string {
    return this.#idOf(this.#count)
  }

  /** Notes what happens on the board, to the keys and to jobs from now on. */
  follow(board: Board, keys: KeyRing, jobs: Pick<Jobs, 'onChange'>): void {
    jobs.onChange((job, owner) => {
      const { session_id, info_hash } = job
      this.#note(
        {
          type: 'job',
          ...(session_id && { session_id }),
          ...(info_hash && { info_hash }),
          job: briefJob(job),
        },
        owner,
      )
    })
    keys.onRevoked((key) => this.#note({ type: 'key_revoked', key }, null))
    board.watch({
      session: (id, before, after) => {
        if (before?.state === after?.state) return
        const { name, owner } = after ?? before ?? { name: '', owner: null }
        const states = { state: after?.state ?? 'deleted', ...(before ? { before: before.state } : {}) }
        this.#note({ type: 'session_state', session_id: id, name, ...states }, owner)
      },
      torrent: (sessionId, infoHash, before, after) => {
        const owner = board.sessions.get(sessionId)?.owner ?? null
        for (const news of newsOf(before, after)) {
          const name = (after ?? before)?.name ?? ''
          this.#note({ session_id: sessionId, info_hash: infoHash, name, ...news }, owner)
        }
      },
    })
  }

  /** Everything since the event of this id; undefined where that is not known any more. */
  since(id: string): readonly Happened[] | undefined {
    const [, name, digits = ''] = /^([\w-]+)-([0-9a-z]+)$/.exec(id) ?? []
    const number = Number.parseInt(digits, 36)
    const oldest = this.#count - this.#happened.length
    if (name !== this.#process || number < oldest || number > this.#count) return undefined
    return this.#happened.slice(number - oldest)
  }

  /** Everything that is kept. */
  all(): readonly Happened[] {
    return [...this.#happened]
  }

  /** Tells of each event from now on; gives its own undo. */
  onEvent(listener: (happened: Happened) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #note(news: News, owner: string | null): void {
    this.#count += 1
    const at = Date.now()
    const happened = { event: { id: this.#idOf(this.#count), at, ...news }, owner }
    this.#happened.push(happened)
    this.#dropOld(at)
    for (const listener of this.#listeners) listener(happened)
  }

  #dropOld(now: number): void {
    const young = this.#happened.findIndex(({ event }) => event.at > now - maxAgeMs)
    const surplus = Math.max(young < 0 ? 0 : young, this.#happened.length - maxEvents)
    // a shift of a long list costs, so that a tenth goes at once
    if (surplus > maxEvents / 10) this.#happened.splice(0, surplus)
  }

  #idOf(count: number): string {
    return `${this.#process}-${count.toString(36)}`
  }
}

/** What it means for a torrent that its row is another. */
function* newsOf(before: TorrentRow | undefined, after: TorrentRow | undefined): Generator<News> {
  if (after === undefined) {
    if (before !== undefined) yield { type: 'torrent_removed', before: before.state }
    return
  }
  const { state, error } = after
  if (before === undefined) {
    yield { type: 'torrent_added', state }
    return
  }
  if (before.state !== state) yield { type: 'torrent_state', state, before: before.state }
  if (before.finished_at === null && after.finished_at !== null) yield { type: 'torrent_finished', state }
  if (error !== undefined && (before.state !== state || before.error === undefined))
    yield { type: 'torrent_error', state, error }
}
