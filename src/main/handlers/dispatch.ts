/** The one way from a transport to a handler: check the parameters, then call. */
import type { CommandInput, CommandName, CommandOutput } from '../../protocol/commands.ts'
import { validate } from '../../protocol/validate.ts'
import type { Caller, Handlers, Reply } from './reply.ts'

/** Runs a command by name. Rejects with a RestTorrentError for whatever the caller can act on. */
export async function dispatch<N extends CommandName>(
  handlers: Handlers,
  name: N,
  parameters: object,
  caller: Caller,
): Promise<Reply<CommandOutput<N>>> {
  return await call(handlers, name, validate(name, parameters), caller)
}

/** Calls the handler with parameters that were checked before; throws or rejects as `dispatch` does. */
export function call<N extends CommandName>(
  handlers: Handlers,
  name: N,
  input: CommandInput<N>,
  caller: Caller,
): Reply<CommandOutput<N>> | Promise<Reply<CommandOutput<N>>> {
  const handler = handlers[name] as (
    input: CommandInput<N>,
    caller: Caller,
  ) => Reply<CommandOutput<N>> | Promise<Reply<CommandOutput<N>>>
  return handler(input, caller)
}
