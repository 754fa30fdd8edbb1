/** What the audit log keeps of one command and its answer. */
import type { AuditEntry } from '../../protocol/audit.ts'
import type { CommandName } from '../../protocol/commands.ts'
import { toWireError } from '../../protocol/errors.ts'
import type { Caller, Reply } from './reply.ts'

/** How a command ended. */
export type Outcome = { readonly reply: Reply<object> } | { readonly error: unknown }

/** The entry: what the parameters name, or what the answer says was made. */
export function auditEntryOf(name: CommandName, input: object, caller: Caller, outcome: Outcome): AuditEntry {
  const made: object = 'reply' in outcome && 'value' in outcome.reply ? outcome.reply.value : {}
  return {
    at: Date.now(),
    key: caller.access.key,
    address: caller.address,
    transport: caller.transport,
    command: name,
    session_id: text(input, 'session_id') ?? text(field(made, 'session'), 'id'),
    info_hash: text(input, 'info_hash') ?? text(made, 'info_hash'),
    key_prefix: text(input, 'prefix') ?? text(field(made, 'key'), 'prefix'),
    result: 'error' in outcome ? toWireError(outcome.error).code : 'success',
  }
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined
}

function text(of: unknown, name: string): string | null {
  const value = field(of, name)
  return typeof value === 'string' ? value : null
}
