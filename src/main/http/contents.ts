/**
 * `GET` and `HEAD` of a file's content. It owns every such answer from its request to its end: nothing of a file is
 * read before the caller has taken what came before it, so that a caller who does not read holds one part.
 */
import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { contentPath, fileName, linkParameters, type FileName } from '../../protocol/content.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import { checkParameters } from '../../protocol/validate.ts'
import type { Access } from '../access/access.ts'
import type { ContentLinks } from '../access/content-links.ts'
import { keyInHeaders, type Authentication } from '../access/authentication.ts'
import { checkHost } from '../handlers/access.ts'
import type { Log } from '../handlers/answer.ts'
import type { ContentOpener, OpenContent } from '../handlers/open-content.ts'
import { failureAnswer, writeAnswer } from './answers.ts'
import { contentHead } from './content-answer.ts'

export interface ContentsOptions {
  readonly open: ContentOpener
  readonly authentication: Authentication
  readonly links: ContentLinks
  readonly allowedHosts: readonly string[]
  readonly log: Log
  /** Answers to callers with one key at the same time. */
  readonly readersPerKey?: number
  readonly maxReaders?: number
  /** After which a caller who takes nothing is cut. */
  readonly stallMs?: number
}

const pattern = new RegExp(`^${contentPath.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)
const methods = ['GET', 'HEAD', 'OPTIONS']

export class Contents {
  readonly #options: ContentsOptions
  /** Answers under way, with the key of their caller. */
  readonly #open = new Map<ServerResponse, string | null>()

  readonly #release: () => void

  constructor(options: ContentsOptions) {
    this.#options = options
    this.#release = options.authentication.keys.onRevoked((revoked) => {
      for (const [outgoing, key] of this.#open) if (key === revoked) outgoing.destroy()
    })
  }

  /** Answers under way. */
  get size(): number {
    return this.#open.size
  }

  /** Answers and returns true, or returns false for a request that is for something else. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const { url = '', method = '' } = incoming
    const [path = '', query = ''] = url.split('?', 2)
    const named = pattern.exec(path)?.groups
    if (named === undefined || method === 'OPTIONS') return false
    this.#serve(incoming, outgoing, named, new URLSearchParams(query)).catch((error: unknown) => {
      this.#fail(error, outgoing)
    })
    return true
  }

  /** Ends every answer where it is. */
  close(): void {
    this.#release()
    for (const outgoing of this.#open.keys()) outgoing.destroy()
  }

  async #serve(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    named: Record<string, string>,
    query: URLSearchParams,
  ): Promise<void> {
    const { method, headers } = incoming
    checkHost(headers.host, this.#options.allowedHosts)
    const link = Object.fromEntries(query)
    const isLink = 'signature' in link && keyOf(headers) === undefined
    const access = isLink ? this.#accessByLink(named, link) : this.#accessOf(incoming)
    if (method !== 'GET' && method !== 'HEAD')
      throw new RestTorrentError('method_not_allowed', `the path has no method ${method ?? ''}`)
    const name: FileName = checkParameters(fileName, isLink ? named : { ...link, ...named })
    this.#enter(outgoing, access)
    const content = await this.#options.open(name, access)
    const { status, headers: told, part } = contentHead(content, method, headers)
    await this.#send(content, part, outgoing, () => outgoing.writeHead(status, told))
  }

  /** The head is sent when the first part is there: until then it can still fail with its code. */
  async #send(
    content: OpenContent,
    { from, end }: { from: number; end: number },
    outgoing: ServerResponse,
    sendHead: () => void,
  ): Promise<void> {
    if (outgoing.destroyed) return
    const reader = content.reader(from, end)
    outgoing.once('close', () => reader.close())
    let bytes = await reader.next()
    if (isGone(outgoing)) return
    sendHead()
    while (bytes !== undefined && !isGone(outgoing)) {
      if (!outgoing.write(bytes)) await this.#drained(outgoing)
      bytes = await reader.next()
    }
    outgoing.end()
  }

  /** Settles when the caller has taken what was written, or is gone. */
  async #drained(outgoing: ServerResponse): Promise<void> {
    const { stallMs = 300_000 } = this.#options
    const stall = setTimeout(() => outgoing.destroy(), stallMs)
    const done = new AbortController()
    const { signal } = done
    const ends = ['drain', 'close'].map((event) => once(outgoing, event, { signal }).catch(() => undefined))
    await Promise.race(ends)
    done.abort()
    clearTimeout(stall)
  }

  #fail(error: unknown, outgoing: ServerResponse): void {
    const { log } = this.#options
    if (outgoing.destroyed) return
    if (outgoing.headersSent) {
      if (!(error instanceof RestTorrentError))
        log.error({ err: error }, 'an answer with content failed by a bug')
      outgoing.destroy() // a caller who gets less than was announced knows that something is wrong
      return
    }
    writeAnswer(failureAnswer(error, log, refusalHeaders(error)), outgoing)
  }

  #accessOf({ headers, socket }: IncomingMessage): Access {
    const { authentication } = this.#options
    const address = authentication.addressOf(socket.remoteAddress, headers['x-forwarded-for']?.toString())
    return authentication.access(keyOf(headers), address)
  }

  #accessByLink(named: object, link: object): Access {
    return this.#options.links.access(checkParameters(fileName, named), checkParameters(linkParameters, link))
  }

  #enter(outgoing: ServerResponse, { key }: Access): void {
    const { readersPerKey = 32, maxReaders = 256 } = this.#options
    if (this.#open.size >= maxReaders)
      throw new RestTorrentError('overloaded', `more than ${maxReaders} answers with content`)
    const ofKey = [...this.#open.values()].filter((one) => one === key).length
    if (key !== null && ofKey >= readersPerKey)
      throw new RestTorrentError(
        'rate_limited',
        `more than ${readersPerKey} answers with content for this key`,
      )
    this.#open.set(outgoing, key)
    outgoing.once('close', () => this.#open.delete(outgoing))
  }
}

function keyOf(headers: IncomingHttpHeaders): string | undefined {
  return keyInHeaders(headers.authorization, headers['x-api-key']?.toString())
}

/** Asked anew after each wait. */
function isGone({ destroyed }: ServerResponse): boolean {
  return destroyed
}

function refusalHeaders(error: unknown): Record<string, string> {
  if (!(error instanceof RestTorrentError)) return {}
  if (error.code === 'method_not_allowed') return { Allow: methods.join(', ') }
  if (error.code === 'range_not_satisfiable')
    return { 'Content-Range': `bytes */${String(error.details?.['length'])}` }
  return {}
}
