/**
 * Supervises every session of the process: makes and deletes them, looks at their workers' counters and
 * heaps, and keeps the list of sessions on the board.
 */
import { RestTorrentError, toWireError } from '../../protocol/errors.ts'
import type { SessionRecord } from '../../protocol/records.ts'
import type { TorrentKey } from '../../protocol/store-rpc.ts'
import type { TorrentOptions } from '../../protocol/torrent-options.ts'
import type { Board } from '../board/board.ts'
import { FileOwnership } from '../files/file-ownership.ts'
import { holdRestored } from '../files/hold-restored.ts'
import type { Log } from '../log.ts'
import type { Journal } from '../records/journal.ts'
import { SessionRecords } from '../records/session-records.ts'
import type { StartHost } from '../threads/session-host.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import { failedRetryMs as defaultFailedRetryMs } from './backoff.ts'
import type { HashDesk } from './hash-desk.ts'
import { isComplete } from './is-complete.ts'
import { Leftovers } from './leftovers.ts'
import { Relocation } from './relocation.ts'
import { ReportIntervals } from './report-intervals.ts'
import { SessionSupervisor } from './session-supervisor.ts'
import type { SessionSurroundings } from './session-surroundings.ts'
import { viewOf } from './session-view.ts'
import { WorkerLooks, type LookIntervals } from './worker-looks.ts'

const defaultCountersMs = 30_000

/** Sessions of a process before that are started at the same time. */
const startedAtOnce = 4

export interface SupervisorOptions extends LookIntervals {
  readonly start: StartHost
  readonly boot: SessionSurroundings['boot']
  readonly board: Board
  readonly hashDesk: HashDesk
  readonly tasks: TaskPool
  readonly log: Log
  /** Whether a torrent may take disk space; without it each may. */
  readonly quotas?: SessionSurroundings['quotas']
  readonly filters?: SessionSurroundings['filters']
  readonly transfers?: SessionSurroundings['transfers']
  /** Where durable sessions are kept; without it none is. */
  readonly journal?: Journal | undefined
  /** How soon a session that failed is tried again; 5 minutes without it. */
  readonly failedRetryMs?: number | undefined
  /** How often is made durable what was counted since, checkpoints or not, and how long sessions have run. */
  readonly countersMs?: number
}

export class Supervisor {
  readonly files: FileOwnership
  readonly relocation: Relocation
  readonly #options: SupervisorOptions
  readonly #sessions = new Map<string, SessionSupervisor>()
  /** Sessions that were deleted and whose threads could not be ended. */
  readonly #held: SessionSupervisor[] = []
  readonly #leftovers: Leftovers
  readonly #counters: NodeJS.Timeout
  readonly #looks: WorkerLooks
  readonly #reports: ReportIntervals
  #stopping = false

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#reports = new ReportIntervals(options.boot.reportIntervalMs)
    this.files = new FileOwnership({
      compare: (comparison) => options.tasks.commonFiles(comparison),
      isComplete: (key) => isComplete(options.board, key, this.#optionsOf(key)),
    })
    this.relocation = new Relocation({ ...options, files: this.files })
    const { files, relocation } = this
    this.#leftovers = new Leftovers({ ...options, files, relocation, retryMs: options.boot.healMs })
    this.#looks = new WorkerLooks(options, {
      board: options.board,
      reports: this.#reports,
      sessions: () => this.#sessions.values(),
      show: (session) => this.#show(session),
    })
    this.#counters = setInterval(() => this.#keepCounters(), options.countersMs ?? defaultCountersMs)
  }

  /** The session; throws `session_not_found`. */
  session(id: string): SessionSupervisor {
    const session = this.#sessions.get(id)
    if (session === undefined) throw new RestTorrentError('session_not_found', 'session not found')
    return session
  }

  /** Whether a thread is left that waits for a disk: the process must be ended by force then. */
  get isHeld(): boolean {
    return [...this.#sessions.values(), ...this.#held].some((session) => session.isHeld)
  }

  /** Every session, also those that are being created. */
  sessions(): Iterable<SessionSupervisor> {
    return this.#sessions.values()
  }

  /** Ports that belong to sessions, also to those whose worker is away at the moment. */
  portsInUse(): Set<number> {
    const bound = [...this.#sessions.values()].map((session) => session.records.session.ports)
    return new Set(bound.filter((ports) => ports.length === 1).flat())
  }

  /** Makes a session, waits for its port and records it. Rejects with `bind_failed`, `session_exists` or a disk code; then nothing is left of it. */
  async create(record: SessionRecord): Promise<SessionSupervisor> {
    if (this.#stopping) throw new RestTorrentError('shutting_down', 'the server is stopping')
    if (this.#sessions.has(record.id))
      throw new RestTorrentError('session_exists', `session ${record.id} exists already`)
    const session = this.#supervise(this.records(record))
    try {
      await session.create()
      await session.records.keep()
    } catch (error) {
      this.#forget(record.id)
      await session.stop()
      throw error
    }
    this.#show(session)
    this.#options.log.info({ session: session.id, port: session.records.session.ports[0] }, 'session created')
    return session
  }

  /** Empty records of a session, kept in the journal unless it is memory only. */
  records(session: SessionRecord): SessionRecords {
    const { journal, log } = this.#options
    if (session.memoryOnly || journal === undefined) return new SessionRecords(session)
    const onFailed = (error: unknown): void => {
      const { code, message } = toWireError(error)
      log.error({ session: session.id, code }, `a record could not be written: ${message}`)
    }
    return new SessionRecords(session, { journal, onFailed })
  }

  /**
   * Brings sessions of a process before back: all are listed at once, a few at a time are started. Of those
   * that were `removed` only the files are seen to that were to be deleted.
   */
  async restore(restored: readonly SessionRecords[], removed: readonly SessionRecords[] = []): Promise<void> {
    holdRestored(this.files, [...removed, ...restored])
    for (const records of removed) this.#leftovers.take(records)
    const sessions = restored.map((records) => this.#supervise(records))
    for (const session of sessions) this.#show(session)
    const waiting = sessions.values()
    const startNext = async (): Promise<void> => {
      for (const session of waiting) {
        await this.#options.filters?.restore(session.records.session)
        if (!this.#isToStart(session)) continue
        // where this cannot be written the files are judged as after an end in order, which is stricter
        await session.records.mark(false).catch(() => undefined)
        // it may have been deleted or restarted meanwhile
        if (this.#isToStart(session)) await session.start()
      }
    }
    await Promise.all(Array.from({ length: startedAtOnce }, startNext))
  }

  /** Deletes a session; settles when its thread and port are free, or are held by a disk. Throws `session_not_found`. */
  async delete(id: string): Promise<void> {
    const session = this.session(id)
    await session.records.drop()
    this.#forget(id)
    await session.stop()
    const { generation } = session
    if (generation?.isHeld === true) {
      this.#held.push(session)
      this.#leftovers.takeAfter(generation.exited, session.records)
    } else this.#leftovers.take(session.records)
    this.#options.log.info({ session: id }, 'session deleted')
  }

  /** Stops every session, each within its deadline, and takes no new ones; what they last proved is recorded. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#looks.stop()
    clearInterval(this.#counters)
    this.#leftovers.stop()
    await Promise.all(
      Array.from(this.#sessions.values(), async (session) => {
        const inOrder = await session.stop()
        // a store that cannot be written keeps nobody from stopping: the next start looks closer
        if (session.wasStarted && session.wish.isToRun)
          await session.records.mark(inOrder).catch(() => undefined)
      }),
    )
  }

  /** Has the sessions that `isFollowed` names report more often than the others. */
  follow(isFollowed: (sessionId: string) => boolean): void {
    this.#reports.follow(isFollowed)
    for (const session of this.#sessions.values()) this.#reports.keep(session)
  }

  #supervise(records: SessionRecords): SessionSupervisor {
    const { board, failedRetryMs = defaultFailedRetryMs } = this.#options
    const session: SessionSupervisor = new SessionSupervisor(records, {
      ...this.#options,
      files: this.files,
      relocation: this.relocation,
      failedRetryMs,
      board: board.open(records.session.id),
      onChange: () => this.#show(session),
    })
    this.#sessions.set(session.id, session)
    return session
  }

  #optionsOf({ sessionId, infoHash }: TorrentKey): TorrentOptions | undefined {
    return this.#sessions.get(sessionId)?.records.torrents.get(infoHash)?.options
  }

  #isToStart(session: SessionSupervisor): boolean {
    return session.wish.isToRun && !this.#stopping && this.#has(session) && !session.wasStarted
  }

  #has(session: SessionSupervisor): boolean {
    return this.#sessions.get(session.id) === session
  }

  #forget(id: string): void {
    this.#sessions.delete(id)
    this.#options.board.close(id)
  }

  /** A session that is still being created, or was deleted, is in no list. */
  #show(session: SessionSupervisor): void {
    if (!this.#has(session) || session.records.session.ports.length !== 1) return
    const { board, filters } = this.#options
    const shown = board.session(session.id)
    if (shown) board.sessions.put(session.id, viewOf(session, shown, filters?.view(session.id)))
  }

  #keepCounters(): void {
    for (const { records } of this.#sessions.values()) records.counting.keep()
  }
}
