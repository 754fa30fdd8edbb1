/** Runs the commands of one socket; nothing that a caller sends makes it throw or reject. */
import type { Socket } from 'socket.io'
import { RestTorrentError } from '../../protocol/errors.ts'
import { isLiveCommand } from '../../protocol/live.ts'
import { failureBody, successBody, type Log } from '../handlers/answer.ts'
import { dispatch } from '../handlers/dispatch.ts'
import type { Handlers, Reply } from '../handlers/reply.ts'
import type { SocketFacts } from './key-holders.ts'
import type { LiveCalls } from './live-calls.ts'
import { envelopeOf, readMessage } from './message.ts'

export interface CallOptions {
  readonly handlers: Handlers
  readonly log: Log
  /** Commands of one socket that may be under way at the same time. */
  readonly maxInFlight: number
  /** What a socket may follow; without it nothing. */
  readonly live?: LiveCalls | undefined
}

/** Answers every `v1` event by a `v1` event and, where the caller gave one, by its acknowledgement. */
export function answerCalls(socket: Socket, options: CallOptions): void {
  let inFlight = 0
  const run = async (message: unknown): Promise<object> => {
    if (inFlight >= options.maxInFlight) {
      throw new RestTorrentError('rate_limited', `more than ${options.maxInFlight} commands under way`)
    }
    inFlight += 1
    try {
      return await call(socket, message, options)
    } finally {
      inFlight -= 1
    }
  }
  socket.on('v1', (...args: unknown[]) => {
    run(args[0])
      .catch((error: unknown) => failureBody(error, options.log))
      .then((body) => send(socket, { ...envelopeOf(args[0]), ...body }, args.at(-1)))
      .catch((error: unknown) => options.log.error({ err: error }, 'an answer could not be sent'))
  })
  // without a listener a malformed packet is printed
  socket.on('error', () => undefined)
}

async function call(socket: Socket, message: unknown, { handlers, live }: CallOptions): Promise<object> {
  const { command, parameters, ...once } = readMessage(message)
  const { address, access, commands } = socket.data as SocketFacts
  access.takeTurn()
  if (commands?.take() === false) throw new RestTorrentError('rate_limited', 'too many commands of this key')
  if (isLiveCommand(command)) {
    if (live === undefined) throw new RestTorrentError('not_found', 'no such command')
    return successBody(live.run(socket, command, parameters))
  }
  const caller = { transport: 'socket', address, access, ...once } as const
  return replyBody(await dispatch(handlers, command, parameters, caller))
}

/** The success body; how old a read is stands beside its fields. */
function replyBody(reply: Reply<object>): object {
  const body = successBody('ready' in reply ? reply.ready.value() : reply.value)
  const { freshness } = reply
  if (freshness === undefined) return body
  const ageMs = Math.max(0, Math.round(freshness.ageMs))
  return { ...body, snapshot_age_ms: ageMs, snapshot_stale: freshness.stale }
}

function send(socket: Socket, body: object, acknowledge: unknown): void {
  socket.emit('v1', body)
  if (typeof acknowledge === 'function') (acknowledge as (body: object) => void)(body)
}
