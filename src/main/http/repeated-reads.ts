/**
 * Answers reads that were routed before without routing them again. Pollers ask the same few addresses
 * for ever, and routing, the adapter's Request and its Response cost as much as a small answer itself.
 * It remembers what an address means, never an answer: handlers are called anew each time.
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

interface Routed {
  readonly name: CommandName
  /** Checked; handlers do not change it. */
  readonly input: CommandInput<CommandName>
}

const maxAddresses = 1000
const maxAddressLength = 512

export interface ReadOptions {
  readonly handlers: Handlers
  readonly authentication: Authentication
  readonly allowedHosts: readonly string[]
  readonly log: Log
}

/** The addresses of reads that succeeded, by the request's own text. */
export class RepeatedReads {
  readonly #options: ReadOptions
  readonly #addresses = new Map<string, Routed>()
  /** The Host that was allowed last: nearly every request names the same. */
  #allowedHost: string | undefined

  constructor(options: ReadOptions) {
    this.#options = options
  }

  /** Remembers what a GET without a body meant. */
  remember({ method, url = '' }: IncomingMessage, name: CommandName, parameters: object): void {
    if (method !== 'GET' || url.length > maxAddressLength) return
    if (this.#addresses.size >= maxAddresses) this.#addresses.clear()
    this.#addresses.set(url, { name, input: validate(name, parameters) })
  }

  /** Answers and returns true, or returns false where the request has to be routed. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    if (incoming.method !== 'GET' || hasBody(incoming)) return false
    const routed = this.#addresses.get(incoming.url ?? '')
    if (routed === undefined) return false
    const { authentication, log } = this.#options
    const { headers, socket } = incoming
    const fail = (error: unknown): void => writeAnswer(failureAnswer(error, log), outgoing)
    const ifNoneMatch = headers['if-none-match']
    try {
      this.#checkHost(headers.host)
      const key = keyInHeaders(headers.authorization, headers['x-api-key']?.toString())
      const address = authentication.addressOf(socket.remoteAddress, headers['x-forwarded-for']?.toString())
      const caller = { transport: 'rest', address, access: authentication.access(key, address) } as const
      const reply = call(this.#options.handlers, routed.name, routed.input, caller)
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
