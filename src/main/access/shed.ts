/** Refuses, while the API's thread is too busy, what can wait: what the command table names as such. */
import { commands, type CommandName } from '../../protocol/commands.ts'
import type { CommandEntry } from '../../protocol/command-entry.ts'
import type { Overload } from './overload.ts'

/** Throws `overloaded` for a command that is shed now. */
export function shed(name: CommandName, input: object, overload: Overload): void {
  const { sheds }: CommandEntry = commands[name]
  if (sheds === undefined) return
  if (sheds === 'always' || (sheds === 'url' ? has(input, 'url') : !has(input, 'limit'))) {
    overload.refuse(name)
  }
}

function has(input: object, parameter: string): boolean {
  return (input as Record<string, unknown>)[parameter] !== undefined
}
