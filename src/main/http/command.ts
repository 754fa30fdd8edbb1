/** Runs one command of the table for one request. */
import { commands, type CommandName } from '../../protocol/commands.ts'
import { dispatch } from '../handlers/dispatch.ts'
import type { Log } from '../handlers/answer.ts'
import type { Caller, Handlers } from '../handlers/reply.ts'
import { headerOf, incomingOf, type CommandContext } from './context.ts'
import { jsonpCallback, jsonpFailure, jsonpReply } from './jsonp.ts'
import { readParameters } from './request-parameters.ts'
import { replyResponse } from './respond.ts'

/** The answer to a request of the command `name`. Rejects for what is answered as a JSON failure. */
export async function runCommand(
  c: CommandContext,
  name: CommandName,
  { handlers, log }: { handlers: Handlers; log: Log },
): Promise<Response> {
  const read = readParameters(c)
  const parameters = read instanceof Promise ? await read : read
  const callback = jsonpCallback(parameters['callback'], commands[name].jsonp)
  if (callback === undefined) {
    const reply = await dispatch(handlers, name, parameters, callerOf(c))
    return replyResponse(reply, headerOf(c, 'if-none-match'))
  }
  try {
    return jsonpReply(callback, await dispatch(handlers, name, parameters, callerOf(c)))
  } catch (error) {
    return jsonpFailure(callback, error, log)
  }
}

function callerOf(c: CommandContext): Caller {
  return { transport: 'rest', address: incomingOf(c)?.socket.remoteAddress ?? '' }
}
