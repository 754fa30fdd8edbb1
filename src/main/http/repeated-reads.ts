/**
 * Answers reads that were routed before without routing them again. Pollers ask the same few addresses
 * for ever, and routing, the adapter's Request and its Response cost as much as a small answer itself.
 * It remembers what an address means, never an answer: parameters are checked and handlers called anew.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CommandName } from '../../protocol/commands.ts'
import { checkHost } from '../handlers/access.ts'
import type { Log } from '../handlers/answer.ts'
import { dispatch } from '../handlers/dispatch.ts'
import type { Handlers } from '../handlers/reply.ts'
import { failureAnswer, replyAnswer, type Answer } from './answers.ts'
import { hasBody } from './body.ts'

interface Routed {
  readonly name: CommandName
  readonly parameters: object
}

const maxAddresses = 1000
const maxAddressLength = 512

export interface ReadOptions {
  readonly handlers: Handlers
  readonly allowedHosts: readonly string[]
  readonly log: Log
}

/** The addresses of reads that succeeded, by the request's own text. */
export class RepeatedReads {
  readonly #options: ReadOptions
  readonly #addresses = new Map<string, Routed>()

  constructor(options: ReadOptions) {
    this.#options = options
  }

  /** Remembers what a GET without a body meant. */
  remember({ method, url = '' }: IncomingMessage, name: CommandName, parameters: object): void {
    if (method !== 'GET' || url.length > maxAddressLength) return
    if (this.#addresses.size >= maxAddresses) this.#addresses.clear()
    this.#addresses.set(url, { name, parameters })
  }

  /** Answers and returns true, or returns false where the request has to be routed. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    if (incoming.method !== 'GET' || hasBody(incoming)) return false
    const routed = this.#addresses.get(incoming.url ?? '')
    if (routed === undefined) return false
    void this.#read(routed, incoming).then((answer) => write(answer, outgoing))
    return true
  }

  async #read({ name, parameters }: Routed, { headers, socket }: IncomingMessage): Promise<Answer> {
    const { handlers, allowedHosts, log } = this.#options
    try {
      checkHost(headers.host, allowedHosts)
      const caller = { transport: 'rest', address: socket.remoteAddress ?? '' } as const
      return replyAnswer(await dispatch(handlers, name, parameters, caller), headers['if-none-match'])
    } catch (error) {
      return failureAnswer(error, log)
    }
  }
}

function write({ status, headers, body }: Answer, outgoing: ServerResponse): void {
  if (body !== null) headers['Content-Length'] = String(Buffer.byteLength(body))
  outgoing.writeHead(status, headers)
  outgoing.end(body ?? undefined)
}
