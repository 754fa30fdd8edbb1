/**
 * Looks every second for torrents that are finished in the `incomplete_path` of their session, and has each moved
 * to where it belongs. A move that failed is tried again, from 5 s on later and later up to an hour; one that a
 * caller called off only by the next process.
 */
import { toWireError } from '../../protocol/errors.ts'
import { isFinished, type Job } from '../../protocol/job.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import type { Board } from '../board/board.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Log } from '../log.ts'
import type { SessionSupervisor } from './session-supervisor.ts'
import type { Supervisor } from './supervisor.ts'
import { moveKind, type BeginMove } from './torrent-moves.ts'

const lookMs = 1000
const firstPauseMs = 5000
const longestPauseMs = 60 * 60 * 1000

export interface FinishedSurroundings {
  readonly supervisor: Pick<Supervisor, 'sessions'>
  readonly board: Board
  readonly jobs: Pick<Jobs, 'newest' | 'get'>
  readonly move: BeginMove
  readonly log: Log
}

/** What came of a torrent so far. */
interface Attempts {
  /** Settles when the move is a job, or could not become one. */
  beginning: Promise<void> | undefined
  /** The job that moves it, while there is one. */
  job: Job['id'] | undefined
  failures: number
  /** When it may be tried again, by the clock of `performance`. */
  nextAt: number
}

export class FinishedMoves {
  readonly #near: FinishedSurroundings
  readonly #timer: NodeJS.Timeout
  /** By their torrents, for as long as these are not where they belong. */
  #attempts = new Map<string, Attempts>()

  constructor(near: FinishedSurroundings) {
    this.#near = near
    this.#timer = setInterval(() => this.#look(), lookMs)
  }

  /** Looks no more; settles when every move that was to begin is a job. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(Array.from(this.#attempts.values(), async ({ beginning }) => await beginning))
  }

  #look(): void {
    const before = this.#attempts
    this.#attempts = new Map()
    for (const session of this.#near.supervisor.sessions()) {
      const rows = this.#near.board.session(session.id)?.torrents
      for (const { infoHash, addedAt, finishedPath } of session.records.torrents.values()) {
        if (finishedPath === undefined) continue
        const key = `${session.id} ${infoHash} ${addedAt}`
        const attempts = before.get(key) ?? none()
        this.#attempts.set(key, attempts)
        this.#follow(attempts)
        const isDue = attempts.beginning === undefined && performance.now() >= attempts.nextAt
        if (isDue && session.state === 'running' && hasAll(rows?.get(infoHash)))
          this.#begin(attempts, session, infoHash, finishedPath)
      }
    }
  }

  /** Sees how the job ended that was begun. */
  #follow(attempts: Attempts): void {
    if (attempts.job === undefined) return
    const state = this.#near.jobs.get(attempts.job)?.job.state
    if (state === 'failed') putOff(attempts)
    else if (state === 'cancelled') attempts.nextAt = Infinity
    else return
    Object.assign(attempts, { beginning: undefined, job: undefined })
  }

  #begin(attempts: Attempts, session: SessionSupervisor, infoHash: string, path: string): void {
    if (this.#isMoving(session, infoHash)) return
    const { log, move } = this.#near
    const about = { session: session.id, info_hash: infoHash }
    attempts.beginning = move(session.id, infoHash, path).then(
      ({ id }) => {
        attempts.job = id
        log.info({ ...about, job: id }, 'torrent is finished and moves')
      },
      (error: unknown) => {
        putOff(attempts)
        attempts.beginning = undefined
        const { code, message } = toWireError(error)
        log.warn({ ...about, code }, `a finished torrent stays where it is: ${message}`)
      },
    )
  }

  /** By a job that a caller began, or a process before. */
  #isMoving({ id }: SessionSupervisor, infoHash: string): boolean {
    return this.#near.jobs
      .newest()
      .some(
        ({ job }) =>
          job.kind === moveKind && job.session_id === id && job.info_hash === infoHash && !isFinished(job),
      )
  }
}

function none(): Attempts {
  return { beginning: undefined, job: undefined, failures: 0, nextAt: 0 }
}

function putOff(attempts: Attempts): void {
  attempts.nextAt = performance.now() + Math.min(longestPauseMs, firstPauseMs * 2 ** attempts.failures)
  attempts.failures += 1
}

/** Whether all selected files are there, as last reported. */
function hasAll(row: TorrentRow | undefined): boolean {
  if (row?.state === 'seeding' || row?.state === 'finished') return true
  return (row?.state === 'stopped' || row?.state === 'queued') && row.progress === 1
}
