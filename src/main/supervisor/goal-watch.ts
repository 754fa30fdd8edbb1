/**
 * Looks every second for torrents that have given enough, and does once what is to follow. Of a session with very
 * many torrents it looks at some each time, and at all of them in turn.
 */
import { goalOf, isGoalReached, type GoalAction } from '../../protocol/goals.ts'
import { toWireError } from '../../protocol/errors.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { Board } from '../board/board.ts'
import type { SessionBoard } from '../board/session-board.ts'
import type { Log } from '../log.ts'
import { decideStarted, removeTorrent } from './decide-torrent.ts'
import type { SessionSupervisor } from './session-supervisor.ts'

const lookMs = 1000
const mostAtOnce = 1000

export interface GoalSurroundings {
  readonly sessions: () => Iterable<SessionSupervisor>
  readonly board: Board
  readonly log: Log
}

export class GoalWatch {
  readonly #near: GoalSurroundings
  readonly #timer: NodeJS.Timeout
  #looks = 0
  /** What is being done, by its record: it is not done twice, and tried again where it fails. */
  readonly #underWay = new Map<string, Promise<void>>()

  constructor(near: GoalSurroundings) {
    this.#near = near
    this.#timer = setInterval(() => this.#look(), lookMs)
  }

  /** Looks no more; settles when what is under way is done. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#underWay.values())
  }

  #look(): void {
    this.#looks += 1
    for (const session of this.#near.sessions()) {
      const board = this.#near.board.session(session.id)
      if (board === undefined || session.state !== 'running') continue
      const { torrents } = session.records
      const turns = Math.ceil(torrents.size / mostAtOnce)
      let place = this.#looks
      for (const record of torrents.values()) {
        place += 1
        if (place % turns !== 0) continue
        const action = reachedBy(record, session, board)
        if (action !== undefined) this.#follow(action, record.infoHash, session, board)
      }
    }
  }

  #follow(action: GoalAction, infoHash: string, session: SessionSupervisor, board: SessionBoard): void {
    const name = `${session.id} ${infoHash}`
    if (this.#underWay.has(name)) return
    const about = { session: session.id, info_hash: infoHash, action }
    const done = act(action, infoHash, session, board)
      .then(() => this.#near.log.info(about, 'torrent has reached its goal'))
      .catch((error: unknown) => {
        const { code, message } = toWireError(error)
        this.#near.log.warn({ ...about, code }, `the goal of a torrent: ${message}`)
      })
      .finally(() => this.#underWay.delete(name))
    this.#underWay.set(name, done)
  }
}

/** What is to follow now; only what seeds has given enough. */
function reachedBy(
  record: TorrentRecord,
  { records }: SessionSupervisor,
  board: SessionBoard,
): GoalAction | undefined {
  if (!record.started || record.goalMet === true) return undefined
  const goal = goalOf(record.options, records.session.settings)
  if (goal === undefined) return undefined
  const row = board.torrents.get(record.infoHash)
  if (row?.state !== 'seeding' && row?.state !== 'finished') return undefined
  return isGoalReached(goal, records.counting.read(record), row.total_size) ? goal.action : undefined
}

async function act(
  action: GoalAction,
  infoHash: string,
  session: SessionSupervisor,
  board: SessionBoard,
): Promise<void> {
  if (action === 'stop') await decideStarted(session, board, infoHash, { started: false, goalMet: true })
  else await removeTorrent(session, infoHash, action === 'remove_with_data')
}
