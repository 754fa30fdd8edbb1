/**
 * Reads ranges of files from a web server that somebody else named, over connections that are kept alive.
 * Every connection, also that of a redirect, goes to a judged address; never more than the range is read.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { RestTorrentError } from '../protocol/errors.ts'
import { dense } from './body-cap.ts'
import { redirected } from './outward-request.ts'
import { RangeAgent, type RangeAgentOptions } from './range-agent.ts'
import { checkRangeAnswer, type FileRange } from './range-answer.ts'
import { rangeError } from './range-failure.ts'
import { Silence } from './silence.ts'

const maxRedirects = 3
/** Origins whose connections are kept: the URL's own, and those that it redirects to. */
const mostOrigins = 4
const usualSilenceMs = 30_000

/** How a client asks. */
export interface RangeClientOptions extends RangeAgentOptions {
  readonly userAgent: string
  /** A server that sends nothing for so long is given up; 30000 when absent. */
  readonly silenceMs?: number
}

/** One range to be read. */
export interface RangeRead extends FileRange {
  /** http or https, without credentials. */
  readonly url: URL
  readonly signal: AbortSignal
  /** Takes bytes as they come; nothing more is read until it settles. */
  readonly onBytes: (bytes: Uint8Array) => Promise<void> | void
}

export class RangeClient {
  readonly #options: RangeClientOptions
  readonly #agents = new Map<string, RangeAgent>()

  constructor(options: RangeClientOptions) {
    this.#options = options
  }

  /**
   * Settles when the whole range was given to `onBytes`. Rejects with the signal's reason, with what
   * `onBytes` throws, with `address_not_allowed`, or with `fetch_failed` and a `RangeFailure`.
   */
  async read(read: RangeRead): Promise<void> {
    const silence = new Silence(read.signal, this.#options.silenceMs ?? usualSilenceMs)
    try {
      const response = await this.#follow(read, silence)
      await take(response, read, silence)
    } catch (error) {
      read.signal.throwIfAborted()
      if (silence.isOver) throw rangeError('temporary', 'was silent for too long')
      if (error instanceof RestTorrentError) throw error
      throw isOfNetwork(error) ? rangeError('temporary', 'broke the connection') : error
    } finally {
      silence.rest()
    }
  }

  /** Ends every connection. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
    this.#agents.clear()
  }

  async #follow(read: RangeRead, silence: Silence): Promise<IncomingMessage> {
    let { url } = read
    for (let left = maxRedirects; ; left -= 1) {
      const response = await this.#ask(url, read, silence.signal)
      const next = redirectOf(url, response)
      if (next === undefined) return response
      response.destroy()
      if (left === 0) throw rangeError('server', 'redirects too often')
      url = next
    }
  }

  async #ask(url: URL, { first, length }: RangeRead, signal: AbortSignal): Promise<IncomingMessage> {
    const ask = async (): Promise<IncomingMessage> =>
      await new Promise((resolve, reject) => {
        const request = httpRequest({
          agent: this.#agent(url),
          host: url.hostname,
          port: url.port,
          path: url.pathname + url.search,
          headers: {
            host: url.host,
            'user-agent': this.#options.userAgent,
            accept: '*/*',
            'accept-encoding': 'identity',
            range: `bytes=${first}-${first + length - 1}`,
          },
          signal,
        })
        request.on('response', (response) => {
          // an error before the body has a reader must not be uncaught; the reader sees it again
          response.on('error', () => undefined)
          resolve(response)
        })
        request.on('error', (error) => reject(request.reusedSocket ? new StaleConnection(error) : error))
        request.end()
      })
    try {
      return await ask()
    } catch (error) {
      // a server may close a connection that is kept alive at the very moment it is used again
      if (!(error instanceof StaleConnection) || signal.aborted) throw error
      return await ask()
    }
  }

  #agent(url: URL): RangeAgent {
    const known = this.#agents.get(url.origin)
    if (known) return known
    for (const [origin, agent] of this.#agents) {
      if (this.#agents.size < mostOrigins || Object.keys(agent.sockets).length > 0) continue
      agent.destroy()
      this.#agents.delete(origin)
    }
    const agent = new RangeAgent(url, this.#options)
    this.#agents.set(url.origin, agent)
    return agent
  }
}

/** Gives a body's bytes on, and no byte more than the range has. */
async function take(response: IncomingMessage, read: RangeRead, silence: Silence): Promise<void> {
  checkRangeAnswer(response, read)
  let taken = 0
  for await (const bytes of dense(response)) {
    taken += bytes.length
    if (taken > read.length) throw rangeError('server', 'sends more than was asked for')
    silence.heard(bytes.length)
    await read.onBytes(bytes)
    silence.wait()
    // without a length the end of the body may never come
    if (taken === read.length && response.headers['content-length'] === undefined) break
  }
  if (taken < read.length) throw rangeError('temporary', 'sent less than was asked for')
}

function redirectOf(url: URL, { statusCode = 0, headers }: IncomingMessage): URL | undefined {
  const asked = { url, method: 'GET', headers: new Headers(), body: undefined } as const
  try {
    return redirected(asked, statusCode, headers.location)?.url
  } catch {
    throw rangeError('server', 'redirects to a URL that is not allowed')
  }
}

function isOfNetwork(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string'
}

/** A connection that had been kept alive failed when it was used again. */
class StaleConnection extends Error {
  readonly code = 'ECONNRESET'

  constructor(cause: unknown) {
    super('stale connection', { cause })
  }
}
