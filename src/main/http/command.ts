/** Runs one command of the table for one request. */
import type { CommandEntry } from '../../protocol/command-entry.ts'
import { commands, type CommandName } from '../../protocol/commands.ts'
import { dispatch } from '../handlers/dispatch.ts'
import type { Caller } from '../handlers/reply.ts'
import { replyAnswer, type Answer } from './answers.ts'
import { hasBody } from './body.ts'
import { headerOf, incomingOf, type CommandContext } from './context.ts'
import { jsonpCallback, jsonpFailure, jsonpReply } from './jsonp.ts'
import type { ReadOptions, RepeatedReads } from './repeated-reads.ts'
import { originOf } from './request-access.ts'
import { readParameters } from './request-parameters.ts'

/** The answer to a request of the command `name`. Rejects for what is answered as a JSON failure. */
export async function runCommand(
  c: CommandContext,
  name: CommandName,
  identified: Caller,
  { handlers, log, authentication }: ReadOptions,
  repeatedReads: RepeatedReads,
): Promise<Answer> {
  const entry: CommandEntry = commands[name]
  const isFile = entry.media !== undefined
  const caller = isFile ? { ...identified, origin: originOf(c, authentication) } : identified
  const incoming = incomingOf(c)
  const parameters = await readParameters(c)
  const callback = jsonpCallback(parameters['callback'], commands[name].jsonp)
  if (callback === undefined) {
    const reply = await dispatch(handlers, name, parameters, caller)
    // what is a file is made for its caller
    const isRepeated = !isFile && incoming !== undefined && !hasBody(incoming)
    if (isRepeated) repeatedReads.remember(incoming, name, c.req.param())
    const { status } = entry
    return replyAnswer(reply, headerOf(c, 'if-none-match'), status)
  }
  Reflect.deleteProperty(parameters, 'api_key')
  try {
    return jsonpReply(callback, await dispatch(handlers, name, parameters, caller))
  } catch (error) {
    return jsonpFailure(callback, error, log)
  }
}
