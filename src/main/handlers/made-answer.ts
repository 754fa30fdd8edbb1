/** Answers for what was made by a command whose own answer was lost with the process. */
import type { CommandEntry } from '../../protocol/command-entry.ts'
import { commands } from '../../protocol/commands.ts'
import type { Board } from '../board/board.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { MadeAnswer } from './idempotent-calls.ts'

/** See `MadeAnswer`; undefined also for commands that may run again without making anything twice. */
export function madeAnswers(board: Board, jobs: Jobs): MadeAnswer {
  return (name, { sessionId = '', infoHash = '', jobId = '' }) => {
    if (name === 'create_session') {
      const session = board.sessions.get(sessionId)
      return session && { session }
    }
    if (name === 'upload_torrent') return board.session(sessionId)?.torrents.get(infoHash)
    const { status }: CommandEntry = commands[name]
    const job = status === 202 ? jobs.get(jobId)?.job : undefined
    return job && { job }
  }
}
