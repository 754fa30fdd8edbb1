/** The command that shows how much of its quotas somebody has used. */
import type { QuotaRow } from '../../protocol/quota-commands.ts'
import type { Access } from '../access/access.ts'
import type { KeyRing } from '../access/key-ring.ts'
import type { Charged, QuotaBook } from '../access/quota-book.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { Handlers } from './reply.ts'

export interface QuotaHandlerOptions {
  readonly supervisor: Supervisor
  readonly keys: KeyRing
  readonly quotas: QuotaBook
}

/** The handler of this command. */
export function quotaHandlers({
  supervisor,
  keys,
  quotas,
}: QuotaHandlerOptions): Pick<Handlers, 'get_quotas'> {
  const rowsOf = (charged: Charged, holder: Pick<QuotaRow, 'key' | 'session_id'>): QuotaRow[] =>
    quotas.usage(charged).map((use) => ({ ...holder, ...use }))
  return {
    get_quotas: (_, { access }) => {
      const ofKeys = keysShown(access, keys).flatMap((key) =>
        rowsOf({ id: '', owner: key, quotas: {} }, { key, session_id: null }),
      )
      const seen = [...supervisor.sessions()].filter(({ id }) => access.sees(id))
      const ofSessions = seen.flatMap(({ id, records }) =>
        rowsOf({ id, owner: null, quotas: records.session.quotas }, { key: null, session_id: id }),
      )
      return { value: { quotas: [...ofKeys, ...ofSessions] } }
    },
  }
}

function keysShown({ key, scope, seesAll }: Access, keys: KeyRing): string[] {
  if (scope === 'admin' && seesAll) return keys.list().map(({ prefix }) => prefix)
  return key === null ? [] : [key]
}
