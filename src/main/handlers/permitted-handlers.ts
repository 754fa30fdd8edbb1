/** Handlers that ask first whether the caller may run the command. */
import { commandNames, type CommandName } from '../../protocol/commands.ts'
import { permit } from '../access/permit.ts'
import type { Caller, Handlers, Reply } from './reply.ts'

type Handler = (input: object, caller: Caller) => Reply<object> | Promise<Reply<object>>

/** The same handlers behind `permit`; what it throws is thrown. */
export function permittedHandlers(handlers: Handlers): Handlers {
  const behind = (name: CommandName): Handler => {
    const handler = handlers[name] as Handler
    return (input, caller) => {
      permit(name, input, caller.access)
      return handler(input, caller)
    }
  }
  return Object.fromEntries(commandNames.map((name) => [name, behind(name)])) as unknown as Handlers
}
