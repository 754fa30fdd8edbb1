/** What looks at all sessions again and again: their goals, their schedules, and what they share of the host. */
import type { Board } from './board/board.ts'
import type { Log } from './log.ts'
import { HostRecord } from './records/host-record.ts'
import type { Journal } from './records/journal.ts'
import { GoalWatch } from './supervisor/goal-watch.ts'
import { Governor } from './supervisor/governor/governor.ts'
import { ScheduleWatch } from './supervisor/schedule/schedule-watch.ts'
import type { HashDesk } from './supervisor/hash-desk.ts'
import type { Supervisor } from './supervisor/supervisor.ts'
import type { StoreClient } from './threads/store-client.ts'

export interface WatchSurroundings {
  readonly supervisor: Supervisor
  readonly board: Board
  readonly hashDesk: HashDesk
  readonly store: Pick<StoreClient, 'loadHost'>
  readonly journal: Journal
  readonly log: Log
}

export interface Watches {
  readonly host: HostRecord
  /** Has changed settings of the host obeyed. */
  readonly onHost: () => void
  /** Looks no more; settles when what is under way is done. */
  stop(): Promise<void>
}

/** Starts them all. Rejects where the store cannot be read. */
export async function startWatches(near: WatchSurroundings): Promise<Watches> {
  const { supervisor, hashDesk } = near
  const sessions = () => supervisor.sessions()
  const host = new HostRecord(await near.store.loadHost(), near.journal)
  const goals = new GoalWatch({ sessions, board: near.board, log: near.log })
  const governor = new Governor({ sessions, settings: () => host.settings })
  const schedules = new ScheduleWatch(sessions)
  const onHost = (): void => {
    hashDesk.limit(host.settings.max_checks || Infinity)
    governor.look()
  }
  onHost()
  return {
    host,
    onHost,
    stop: async () => {
      governor.stop()
      schedules.stop()
      await goals.stop()
    },
  }
}
