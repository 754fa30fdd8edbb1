/** The commands on API keys and on what was done with them. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { quotasOf } from '../../protocol/quotas.ts'
import type { AuditLog } from '../access/audit-log.ts'
import type { KeyRing } from '../access/key-ring.ts'
import type { Log } from '../log.ts'
import type { Handlers } from './reply.ts'

export interface KeyHandlerOptions {
  readonly keys: KeyRing
  readonly audit: Pick<AuditLog, 'read'>
  readonly log: Log
}

/** The handlers of the commands on keys. */
export function keyHandlers({
  keys,
  audit,
  log,
}: KeyHandlerOptions): Pick<Handlers, 'create_key' | 'get_key_list' | 'revoke_key' | 'get_audit_log'> {
  return {
    create_key: async ({
      name,
      scope,
      sessions = scope === 'admin' ? 'all' : [],
      root,
      rate_limit,
      ...input
    }) => {
      if (scope === 'read' && sessions.length === 0) {
        const message = 'parameter sessions: must be all, or name those that a key of scope read may see'
        throw new RestTorrentError('invalid_parameter', message)
      }
      const { key, entry } = await keys.create({
        name,
        scope,
        sessions,
        root,
        rate_limit,
        quotas: quotasOf(input),
      })
      log.info({ key: entry.prefix, scope }, 'key created')
      return { value: { api_key: key, key: entry } }
    },
    get_key_list: () => ({ value: { keys: keys.list() } }),
    get_audit_log: async ({ limit, before }) => ({ value: { entries: await audit.read({ limit, before }) } }),
    revoke_key: async ({ prefix }) => {
      await keys.revoke(prefix)
      log.info({ key: prefix }, 'key revoked')
      return { value: {} }
    },
  }
}
