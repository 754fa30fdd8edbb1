import type { AddressPolicy } from '../../../protocol/address-policy.ts'
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { AnnounceAnswer, AnnounceRequest, SwarmCounts, TrackerTransport } from './announce.ts'
import { readAnnounceAnswer, readScrapeAnswer } from './http-answer.ts'
import { announceUrl, scrapeUrl } from './http-announce-url.ts'
import type { TrackerUrl } from './tracker-url.ts'

const maxBytes = 1024 * 1024
const connectTimeoutMs = 5000
const maxRedirects = 3

/** What the one guarded fetch is asked for here. */
export interface TrackerFetchOptions {
  policy: Pick<AddressPolicy, 'allows'>
  maxBytes: number
  headers: Record<string, string>
  connectTimeoutMs: number
  deadlineMs: number
  maxRedirects: number
  /** A setting `tracker_proxy`, and which addresses the proxy may have. */
  via: { readonly proxy: string; readonly policy: Pick<AddressPolicy, 'allows'> } | undefined
  /** Ends the fetch at once when the session closes. */
  signal: AbortSignal
}

/** Fetches a URL or rejects with a RestTorrentError that can be shown. */
export type TrackerFetch = (url: string, options: TrackerFetchOptions) => Promise<{ body: Uint8Array }>

/** Who asks, and by what. */
export interface HttpTrackerOptions {
  fetch: TrackerFetch
  policy: Pick<AddressPolicy, 'allows'>
  /** Which addresses a proxy may have. */
  proxyPolicy: Pick<AddressPolicy, 'allows'>
  userAgent: string
}

/** Trackers over HTTP and HTTPS (BEP 3, 7, 23, 24, 48). */
export class HttpTracker implements TrackerTransport {
  readonly #options: HttpTrackerOptions
  readonly #closing = new AbortController()
  #proxy = ''
  #changing = new AbortController()

  constructor(options: HttpTrackerOptions) {
    this.#options = options
  }

  async announce(url: TrackerUrl, request: AnnounceRequest, deadlineMs: number): Promise<AnnounceAnswer> {
    return readAnnounceAnswer(await this.#fetch(announceUrl(url.text, request), deadlineMs))
  }

  async scrape(url: TrackerUrl, infoHash: Uint8Array, deadlineMs: number): Promise<SwarmCounts | undefined> {
    const scrape = scrapeUrl(url.text, infoHash)
    if (scrape === undefined) return undefined
    return readScrapeAnswer(await this.#fetch(scrape, deadlineMs), infoHash)
  }

  /** Asks by way of this proxy from now on, empty: of none, and ends what is under way by another. */
  askThrough(proxy: string): void {
    this.#proxy = proxy
    this.#changing.abort()
    this.#changing = new AbortController()
  }

  /** Ends what is under way. */
  close(): void {
    this.#closing.abort()
  }

  async #fetch(url: string, deadlineMs: number): Promise<Uint8Array> {
    const { fetch, policy, proxyPolicy, userAgent } = this.#options
    const headers = { 'user-agent': userAgent }
    const changed = this.#changing.signal
    const signal = AbortSignal.any([this.#closing.signal, changed])
    const via = this.#proxy === '' ? undefined : { proxy: this.#proxy, policy: proxyPolicy }
    const limits = { maxBytes, connectTimeoutMs, deadlineMs, maxRedirects }
    try {
      const { body } = await fetch(url, { policy, headers, signal, via, ...limits })
      return body
    } catch (cause) {
      if (!changed.aborted) throw cause
      throw new RestTorrentError('fetch_failed', 'the proxy was changed', { cause })
    }
  }
}
