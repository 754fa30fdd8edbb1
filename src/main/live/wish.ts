/** What the parameters of `subscribe` mean for one caller. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { sessionFields, torrentFields, type Subscribe } from '../../protocol/live.ts'
import type { Access } from '../access/access.ts'
import type { Interest } from './live-board.ts'
import type { Wish } from './feeds.ts'

/** What is asked for. */
export type Wanted = Pick<Subscribe, 'topic' | 'session_id' | 'fields' | 'session_fields'>

const [everyTorrentField, everySessionField] = [new Set(torrentFields), new Set(sessionFields)]

/**
 * What somebody who does not follow asks for. Throws `session_not_found` for a session that the caller does not see,
 * `missing_parameter` and `invalid_parameter`.
 */
export function interestOf(
  parameters: Wanted,
  access: Access,
  isThere: (sessionId: string) => boolean,
): Interest {
  const { topic, session_id: sessionId, fields, session_fields } = parameters
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
  return {
    topic,
    sessionId,
    torrentFields: topic === 'sessions' ? new Set() : fields ? new Set(fields) : everyTorrentField,
    sessionFields: ofSessions ? new Set(ofSessions) : everySessionField,
    covers: (id, owner) => access.covers(id, owner),
  }
}

/** What a follower asks for. Throws as `interestOf` does. */
export function wishOf(
  parameters: Wanted & Pick<Subscribe, 'interval_ms'>,
  access: Access,
  isThere: (sessionId: string) => boolean,
): Wish {
  const interest = interestOf(parameters, access, isThere)
  const { interval_ms: intervalMs } = parameters
  const name = [
    interest.topic,
    interest.sessionId ?? '',
    access.seesAll ? '' : access.key,
    intervalMs,
    [...interest.torrentFields].sort().join(),
    [...interest.sessionFields].sort().join(),
  ].join(' ')
  return { name, interest, intervalMs }
}
