/**
 * Looks every second for torrents that are finished in the `incomplete_path` of their session, and has each moved
 * to where it belongs. Once in this process: a move that failed is for a caller to begin again, or the next start.
 */
import { toWireError } from '../../protocol/errors.ts'
import { isFinished } from '../../protocol/job.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import type { Board } from '../board/board.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Log } from '../log.ts'
import type { SessionSupervisor } from './session-supervisor.ts'
import type { Supervisor } from './supervisor.ts'
import { moveKind, type BeginMove } from './torrent-moves.ts'

const lookMs = 1000

export interface FinishedSurroundings {
  readonly supervisor: Pick<Supervisor, 'sessions'>
  readonly board: Board
  readonly jobs: Pick<Jobs, 'newest'>
  readonly move: BeginMove
  readonly log: Log
}

export class FinishedMoves {
  readonly #near: FinishedSurroundings
  readonly #timer: NodeJS.Timeout
  /** The moves that were begun, by their torrents, for as long as these are not where they belong. */
  #begun = new Map<string, Promise<void>>()

  constructor(near: FinishedSurroundings) {
    this.#near = near
    this.#timer = setInterval(() => this.#look(), lookMs)
  }

  /** Looks no more; settles when every move that was to begin is a job. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#begun.values())
  }

  #look(): void {
    const before = this.#begun
    this.#begun = new Map()
    for (const session of this.#near.supervisor.sessions()) {
      const rows = this.#near.board.session(session.id)?.torrents
      for (const { infoHash, addedAt, finishedPath } of session.records.torrents.values()) {
        if (finishedPath === undefined) continue
        const key = `${session.id} ${infoHash} ${addedAt}`
        const begun =
          before.get(key) ?? this.#beginWhenDue(session, infoHash, finishedPath, rows?.get(infoHash))
        if (begun !== undefined) this.#begun.set(key, begun)
      }
    }
  }

  #beginWhenDue(
    session: SessionSupervisor,
    infoHash: string,
    path: string,
    row: TorrentRow | undefined,
  ): Promise<void> | undefined {
    if (session.state !== 'running' || !hasAll(row) || this.#isMoving(session, infoHash)) return undefined
    const { log, move } = this.#near
    const about = { session: session.id, info_hash: infoHash }
    return move(session.id, infoHash, path).then(
      ({ id }) => log.info({ ...about, job: id }, 'torrent is finished and moves'),
      (error: unknown) => {
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

/** Whether all selected files are there, as last reported. */
function hasAll(row: TorrentRow | undefined): boolean {
  if (row?.state === 'seeding' || row?.state === 'finished') return true
  return (row?.state === 'stopped' || row?.state === 'queued') && row.progress === 1
}
