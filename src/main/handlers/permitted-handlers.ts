/** Handlers that ask first whether the caller may run the command, and whether there is time for it. */
import { commandNames, type CommandName } from '../../protocol/commands.ts'
import type { Overload } from '../access/overload.ts'
import { permit } from '../access/permit.ts'
import { shed } from '../access/shed.ts'
import type { Caller, Handlers, Reply } from './reply.ts'

type Handler = (input: object, caller: Caller) => Reply<object> | Promise<Reply<object>>

/** The same handlers behind `permit` and `shed`; what these throw is thrown. */
export function permittedHandlers(handlers: Handlers, overload: Overload): Handlers {
  const behind = (name: CommandName): Handler => {
    const handler = handlers[name] as Handler
    return (input, caller) => {
      permit(name, input, caller.access)
      shed(name, input, overload)
      return handler(input, caller)
    }
  }
  return Object.fromEntries(commandNames.map((name) => [name, behind(name)])) as unknown as Handlers
}
