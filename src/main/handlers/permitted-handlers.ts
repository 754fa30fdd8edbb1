/**
 * Handlers that ask first whether the caller may run the command, whether it was run before with the same
 * Idempotency-Key and whether there is time for it, and note what changes.
 */
import { commandNames, commands, type CommandName } from '../../protocol/commands.ts'
import type { StoreOperation } from '../../protocol/store-rpc.ts'
import type { AuditLog } from '../access/audit-log.ts'
import type { Overload } from '../access/overload.ts'
import { permit } from '../access/permit.ts'
import { shed } from '../access/shed.ts'
import { heedsIdempotencyKey } from '../../protocol/idempotency.ts'
import { auditEntryOf } from './audit-entry.ts'
import type { IdempotentCalls } from './idempotent-calls.ts'
import type { Caller, Handlers, Reply } from './reply.ts'

export interface PermitOptions {
  readonly overload: Overload
  readonly audit: AuditLog
  readonly idempotent: Pick<IdempotentCalls, 'call'>
}

type Handler = (input: object, caller: Caller) => Reply<object> | Promise<Reply<object>>

/** The same handlers behind `permit` and `shed`; every command that is no read is noted, whatever came of it. */
export function permittedHandlers(
  handlers: Handlers,
  { overload, audit, idempotent }: PermitOptions,
): Handlers {
  const behind = (name: CommandName): Handler => {
    const handler = handlers[name] as Handler
    const permitted: Handler = (input, caller) => {
      permit(name, input, caller.access)
      const run = () => {
        shed(name, input, overload)
        return handler(input, caller)
      }
      const { idempotencyKey: key, access } = caller
      if (key === undefined || !heedsIdempotencyKey(commands[name])) return run()
      return idempotent.call(name, input, { owner: access.key, key }, run)
    }
    return commands[name].method === 'GET' ? permitted : noted(name, permitted, audit)
  }
  return Object.fromEntries(commandNames.map((name) => [name, behind(name)])) as unknown as Handlers
}

function noted(name: CommandName, handler: Handler, audit: AuditLog): Handler {
  return async (input, caller) => {
    const written = { isNoted: false }
    const noteBeside = (value: object): StoreOperation[] => {
      written.isNoted = true
      return audit.operations(auditEntryOf(name, input, caller, { reply: { value } }))
    }
    try {
      const reply = await handler(input, { ...caller, noteBeside })
      if (!written.isNoted) await audit.note(auditEntryOf(name, input, caller, { reply }))
      return reply
    } catch (error) {
      void audit.note(auditEntryOf(name, input, caller, { error })) // nothing was acknowledged
      throw error
    }
  }
}
