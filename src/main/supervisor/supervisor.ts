/**
 * Supervises every session of the process: makes and deletes them, looks at their workers' counters and
 * heaps, and keeps the list of sessions on the board.
 */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { SessionRecord } from '../../protocol/records.ts'
import type { Board } from '../board/board.ts'
import type { Log } from '../log.ts'
import { SessionRecords } from '../records/session-records.ts'
import type { StartHost } from '../threads/session-host.ts'
import type { HashDesk } from './hash-desk.ts'
import { pollMs as defaultPollMs } from './liveness.ts'
import { SessionSupervisor, type SessionSurroundings } from './session-supervisor.ts'
import { viewOf } from './session-view.ts'

const defaultMeasureMs = 1000

export interface SupervisorOptions {
  readonly start: StartHost
  readonly boot: SessionSurroundings['boot']
  readonly board: Board
  readonly hashDesk: HashDesk
  readonly log: Log
  /** How often the workers' counters are looked at: four silent polls are stale, twenty are dead. */
  readonly pollMs?: number
  readonly measureMs?: number
}

export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #sessions = new Map<string, SessionSupervisor>()
  readonly #timers: NodeJS.Timeout[]
  #stopping = false

  constructor(options: SupervisorOptions) {
    this.#options = options
    const { pollMs = defaultPollMs, measureMs = defaultMeasureMs } = options
    this.#timers = [
      setInterval(() => this.#poll(), pollMs),
      setInterval(() => this.#measure(), measureMs),
    ]
  }

  /** The session; throws `session_not_found`. */
  session(id: string): SessionSupervisor {
    const session = this.#sessions.get(id)
    if (session === undefined) throw new RestTorrentError('session_not_found', 'session not found')
    return session
  }

  /** Ports that belong to sessions, also to those whose worker is away at the moment. */
  portsInUse(): Set<number> {
    const bound = [...this.#sessions.values()].map((session) => session.records.session.ports)
    return new Set(bound.filter((ports) => ports.length === 1).flat())
  }

  /** Makes a session and waits for its port. Rejects with `bind_failed`, and then nothing is left of it. */
  async create(record: SessionRecord): Promise<SessionSupervisor> {
    if (this.#stopping) throw new RestTorrentError('shutting_down', 'the server is stopping')
    const { board, log, start, boot, hashDesk } = this.#options
    const session = new SessionSupervisor(new SessionRecords(record), {
      start,
      boot,
      hashDesk,
      log,
      board: board.open(record.id),
      onChange: () => this.#show(session),
    })
    this.#sessions.set(record.id, session)
    try {
      await session.create()
    } catch (error) {
      this.#forget(record.id)
      throw error
    }
    this.#show(session)
    return session
  }

  /** Deletes a session; settles when its thread and port are free. Throws `session_not_found`. */
  async delete(id: string): Promise<void> {
    const session = this.session(id)
    this.#forget(id)
    await session.stop()
  }

  /** Stops every session, each within its deadline, and takes no new ones. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const timer of this.#timers) clearInterval(timer)
    await Promise.all(Array.from(this.#sessions.values(), async (session) => await session.stop()))
  }

  #forget(id: string): void {
    this.#sessions.delete(id)
    this.#options.board.close(id)
  }

  /** A session that is still being created, or was deleted, is in no list. */
  #show(session: SessionSupervisor): void {
    if (this.#sessions.get(session.id) !== session || session.records.session.ports.length !== 1) return
    const board = this.#options.board.session(session.id)
    if (board) this.#options.board.sessions.put(session.id, viewOf(session, board))
  }

  #poll(): void {
    for (const session of this.#sessions.values()) session.generation?.poll()
  }

  /** Each for itself: a worker that is slow to answer keeps no other session's vitals waiting. */
  #measure(): void {
    for (const session of this.#sessions.values()) {
      void Promise.resolve(session.generation?.measure()).then(() => this.#show(session))
    }
  }
}
