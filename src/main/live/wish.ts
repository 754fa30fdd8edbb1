/** What the parameters of `subscribe` mean for one caller. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { sessionFields, torrentFields, type Subscribe } from '../../protocol/live.ts'
import type { Access } from '../access/access.ts'
import type { Interest } from './live-board.ts'
import type { Wish } from './feeds.ts'

/** What is asked for; one that does not follow has no interval. */
export type Wanted = Pick<Subscribe, 'topic' | 'session_id' | 'fields' | 'session_fields'> &
  Partial<Pick<Subscribe, 'interval_ms'>>

/**
 * Throws `session_not_found` for a session that the caller does not see, `missing_parameter` and
 * `invalid_parameter`.
 */
export function wishOf(parameters: Wanted, access: Access, isThere: (sessionId: string) => boolean): Wish {
  const { topic, session_id: sessionId, fields, session_fields, interval_ms: intervalMs = 0 } = parameters
  if (topic === 'events')
    throw new RestTorrentError('invalid_parameter', 'parameter topic: must not be events')
  if (topic === 'torrents') {
    if (sessionId === undefined)
      throw new RestTorrentError('missing_parameter', 'parameter session_id is required')
    if (!access.sees(sessionId) || !isThere(sessionId))
      throw new RestTorrentError('session_not_found', 'session not found')
  } else if (sessionId !== undefined)
    throw new RestTorrentError('invalid_parameter', 'parameter session_id: is for the topic torrents')
  const ofSessions = topic === 'sessions' ? fields : session_fields
  const interest: Interest = {
    topic,
    sessionId,
    torrentFields: new Set(topic === 'sessions' ? [] : (fields ?? torrentFields)),
    sessionFields: new Set(ofSessions ?? sessionFields),
    covers: (id, owner) => access.covers(id, owner),
  }
  const name = [
    topic,
    sessionId ?? '',
    access.seesAll ? '' : access.key,
    intervalMs,
    [...interest.torrentFields].sort().join(),
    [...interest.sessionFields].sort().join(),
  ].join(' ')
  return { name, interest, intervalMs }
}
