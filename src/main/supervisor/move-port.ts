/** Moves a session to another port. */
import { setImmediate } from 'node:timers/promises'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { SessionSupervisor } from './session-supervisor.ts'

/** Why a port that somebody has is not given, in the words of the first servers of this kind. */
export const bindFailed = 'bind failed address already in use'

/**
 * Has the next worker of the session listen there, and settles when it does. One that cannot goes back to the
 * port before: then, as for a second call meanwhile, it rejects with `bind_failed` or `session_restarting`, and
 * the record is as it was. A session that is stopped finds out when it is started. Rejects with a disk code too.
 */
export async function movePort(session: SessionSupervisor, port: number): Promise<void> {
  const { records, wish } = session
  if (records.session.ports[0] === port) return
  if (wish.isToRun) await listenThere(session, port)
  await records.changeSession((before) => ({ ...before, ports: [port] }))
}

async function listenThere(session: SessionSupervisor, port: number): Promise<void> {
  const { wish, generation } = session
  if (wish.firstPort !== undefined)
    throw new RestTorrentError(
      'session_restarting',
      `session ${session.id} is moving to port ${wish.firstPort}`,
    )
  wish.firstPort = port
  try {
    await session.restart()
    await setImmediate() // the exit of the worker before begins the next
    const next = session.generation
    if (next === undefined || next === generation)
      throw new RestTorrentError(
        'session_unresponsive',
        `the worker of session ${session.id} could not be ended`,
      )
    if ((await next.bound) !== port) throw new RestTorrentError('bind_failed', bindFailed)
  } finally {
    wish.firstPort = undefined
  }
}
