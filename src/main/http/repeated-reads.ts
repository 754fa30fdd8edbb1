/**
 * Answers reads that were routed before without routing them again. Pollers ask the same few paths
 * for ever, and routing, the adapter's Request and its Response cost as much as a small answer itself.
 * It remembers what a path means, never an answer: queries are read and handlers called anew each time.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CommandInput, CommandName } from '../../protocol/commands.ts'
import { validate } from '../../protocol/validate.ts'
import { keyInHeaders, type Authentication } from '../access/authentication.ts'
import { checkHost } from '../handlers/access.ts'
import type { Log } from '../handlers/answer.ts'
import { call } from '../handlers/dispatch.ts'
import type { Handlers } from '../handlers/reply.ts'
import { failureAnswer, replyAnswer, writeAnswer } from './answers.ts'
import { hasBody } from './body.ts'
import { queryParameters } from './query-parameters.ts'

interface Routed {
  readonly name: CommandName
  /** The parameters that the path names. */
  readonly named: Readonly<Record<string, string>>
  /** What the path means by itself, once it was asked so. Checked; handlers do not change it. */
  input?: CommandInput<CommandName>
}

const maxPaths = 1000
const maxPathLength = 512
const none = {}

export interface ReadOptions {
  readonly handlers: Handlers
  readonly authentication: Authentication
  readonly allowedHosts: readonly string[]
  readonly log: Log
}

/** The paths of reads that succeeded, by the request's own text. */
export class RepeatedReads {
  readonly #options: ReadOptions
  readonly #paths = new Map<string, Routed>()
  /** The Host that was allowed last: nearly every request names the same. */
  #allowedHost: string | undefined

  constructor(options: ReadOptions) {
    this.#options = options
  }

  /** Remembers what a GET without a body meant, whose path has these parameters. */
  remember({ method, url = '' }: IncomingMessage, name: CommandName, named: Routed['named']): void {
    const path = pathOf(url)
    if (method !== 'GET' || path.length > maxPathLength) return
    if (this.#paths.size >= maxPaths) this.#paths.clear()
    this.#paths.set(path, { name, named })
  }

  /** Answers and returns true, or returns false where the request has to be routed. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    if (incoming.method !== 'GET' || hasBody(incoming)) return false
    const { url = '' } = incoming
    const path = pathOf(url)
    const routed = this.#paths.get(path)
    if (routed === undefined) return false
    const query = path === url ? none : plainQuery(url)
    if (query === undefined) return false
    const { authentication, log } = this.#options
    const { headers, socket } = incoming
    const fail = (error: unknown): void => writeAnswer(failureAnswer(error, log), outgoing)
    const ifNoneMatch = headers['if-none-match']
    try {
      this.#checkHost(headers.host)
      const key = keyInHeaders(headers.authorization, headers['x-api-key']?.toString())
      const address = authentication.addressOf(socket.remoteAddress, headers['x-forwarded-for']?.toString())
      const caller = { transport: 'rest', address, access: authentication.access(key, address) } as const
      const reply = call(this.#options.handlers, routed.name, inputOf(routed, query), caller)
      // most reads are answered at once: a promise would cost them another turn
      if (reply instanceof Promise) {
        reply.then((late) => writeAnswer(replyAnswer(late, ifNoneMatch), outgoing)).catch(fail)
      } else writeAnswer(replyAnswer(reply, ifNoneMatch), outgoing)
    } catch (error) {
      fail(error)
    }
    return true
  }

  #checkHost(host: string | undefined): void {
    if (host === this.#allowedHost) return
    checkHost(host, this.#options.allowedHosts)
    this.#allowedHost = host
  }
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/** The parameters of a query; undefined for one whose answer has another form, or which cannot be read. */
function plainQuery(url: string): object | undefined {
  try {
    const parameters = queryParameters(url)
    return 'callback' in parameters ? undefined : parameters
  } catch {
    return undefined // routed, it is told why
  }
}

/** Throws as `validate` does. */
function inputOf(routed: Routed, query: object): CommandInput<CommandName> {
  const { name, named } = routed
  if (query !== none) return validate(name, Object.assign(query, named))
  routed.input ??= validate(name, named)
  return routed.input
}
