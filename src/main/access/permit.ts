/** Whether a caller may run a command on what it names. */
import { scopes } from '../../protocol/access.ts'
import { commands, type CommandName } from '../../protocol/commands.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { Access } from './access.ts'

/**
 * Throws `forbidden` where the scope is too small, also for a key of some sessions where a command of an
 * administrator is about the whole server; `session_not_found` for a session that the caller does not see,
 * in the same words and at the same point as for one that is not there.
 */
export function permit(name: CommandName, input: object, access: Access): void {
  const { scope } = commands[name]
  const sessionId = 'session_id' in input ? String(input.session_id) : undefined
  if (scopes.indexOf(access.scope) < scopes.indexOf(scope)) {
    throw new RestTorrentError('forbidden', `${name} needs a key of scope ${scope}`)
  }
  if (access.seesAll) return
  if (sessionId === undefined) {
    if (scope !== 'admin') return
    throw new RestTorrentError('forbidden', `${name} needs a key of all sessions`)
  }
  if (!access.sees(sessionId)) throw new RestTorrentError('session_not_found', 'session not found')
}
