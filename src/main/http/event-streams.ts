/**
 * `GET /v1/events`: the same that can be followed over Socket.IO, as server-sent events. It owns every such
 * stream, from its request to its end; the connections belong to the server.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { RestTorrentError } from '../../protocol/errors.ts'
import { eventStream, eventStreamPath, streamPlace, type StreamPlace } from '../../protocol/event-stream.ts'
import { checkParameters } from '../../protocol/validate.ts'
import type { Access } from '../access/access.ts'
import { keyInHeaders, type Authentication } from '../access/authentication.ts'
import type { Tickets } from '../access/tickets.ts'
import { checkHost } from '../handlers/access.ts'
import type { Log } from '../handlers/answer.ts'
import { isHeard, type Happened } from '../live/event-log.ts'
import type { Feeds } from '../live/feeds.ts'
import type { Live } from '../live/live.ts'
import { wishOf } from '../live/wish.ts'
import { failureAnswer, writeAnswer } from './answers.ts'
import { EventStream } from './event-stream.ts'

export interface EventStreamOptions {
  readonly live: Live
  readonly tickets: Tickets
  readonly authentication: Authentication
  readonly allowedHosts: readonly string[]
  readonly log: Log
  /** Streams of one key at the same time; absent: any number. */
  readonly streamsPerKey?: number
  readonly maxStreams?: number
  readonly keepAliveMs?: number
}

export class EventStreams {
  readonly #options: EventStreamOptions
  readonly #feeds: Feeds<EventStream>
  /** What ends each. */
  readonly #open = new Map<EventStream, () => void>()
  readonly #listeners = new Set<EventStream>()
  readonly #releases: (() => void)[]
  readonly #timer: NodeJS.Timeout

  constructor(options: EventStreamOptions) {
    this.#options = options
    const { live, authentication, keepAliveMs = 15_000 } = options
    this.#feeds = live.feeds<EventStream>({
      send: (streams, { json, revision }) => {
        for (const stream of streams) stream.send('update', json, { revision })
      },
    })
    this.#releases = [
      live.events.onEvent((happened) => this.#tell(happened)),
      authentication.keys.onRevoked((key) => {
        for (const stream of this.#open.keys())
          if (stream.access.key === key) stream.end('key_revoked', { key })
      }),
    ]
    this.#timer = setInterval(() => {
      for (const stream of this.#open.keys()) stream.keepAlive()
    }, keepAliveMs)
  }

  /** Open streams. */
  get size(): number {
    return this.#open.size
  }

  /** Answers and returns true, or returns false for a request that is not for a stream. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const { url = '', method } = incoming
    const query = url.indexOf('?')
    if (method !== 'GET' || (query < 0 ? url : url.slice(0, query)) !== eventStreamPath) return false
    try {
      this.#begin(incoming, outgoing, new URLSearchParams(query < 0 ? '' : url.slice(query)))
    } catch (error) {
      writeAnswer(failureAnswer(error, this.#options.log), outgoing)
    }
    return true
  }

  /** Tells every follower `shutdown` with the reason, and ends all streams. */
  close(reason: string): void {
    clearInterval(this.#timer)
    for (const release of this.#releases) release()
    for (const stream of this.#open.keys()) stream.end('shutdown', { reason })
    this.#feeds.close()
  }

  #begin(incoming: IncomingMessage, outgoing: ServerResponse, query: URLSearchParams): void {
    checkHost(incoming.headers.host, this.#options.allowedHosts)
    const { ticket, events, ...wanted } = checkParameters(eventStream, Object.fromEntries(query))
    const access = this.#accessOf(incoming, ticket)
    this.#refuseTooMany(access)
    const { live } = this.#options
    const since = incoming.headers['last-event-id']?.toString() ?? wanted.since
    const place = since === undefined ? undefined : streamPlace(since)
    const wish = wanted.topic === 'events' ? undefined : wishOf(wanted, access, (id) => live.has(id))
    const stream = new EventStream(outgoing, access, place ?? { revision: '', event: '' })
    const leaves: (() => unknown)[] = [() => this.#listeners.delete(stream), () => this.#open.delete(stream)]
    this.#open.set(stream, () => leaves.forEach((leave) => leave()))
    outgoing.once('close', () => this.#open.get(stream)?.())
    if (wish !== undefined) {
      const { first, leave } = this.#feeds.follow(stream, wish, place?.revision)
      leaves.push(leave)
      stream.send('update', first.json, { revision: first.revision })
    }
    if (events || wish === undefined) this.#listen(stream, place)
  }

  /** What was missed comes first; without a place nothing was, and where it is not known any more that is told. */
  #listen(stream: EventStream, place: StreamPlace | undefined): void {
    const { events } = this.#options.live
    const missed = place === undefined ? [] : events.since(place.event)
    if (missed === undefined) stream.send('gap', '{}')
    for (const happened of missed ?? events.all()) this.#tellOne(stream, happened)
    stream.send('ready', '{}', { event: events.lastId })
    this.#listeners.add(stream)
  }

  #tell(happened: Happened): void {
    for (const stream of this.#listeners) this.#tellOne(stream, happened)
  }

  #tellOne(stream: EventStream, happened: Happened): void {
    if (!isHeard(happened, stream.access)) return
    const { event } = happened
    stream.send('event', JSON.stringify(event), { event: event.id })
  }

  #accessOf({ headers, socket }: IncomingMessage, ticket: string | undefined): Access {
    const { authentication, tickets } = this.#options
    const key = keyInHeaders(headers.authorization, headers['x-api-key']?.toString())
    if (ticket !== undefined && key === undefined) return tickets.access(ticket)
    const address = authentication.addressOf(socket.remoteAddress, headers['x-forwarded-for']?.toString())
    return authentication.access(key, address)
  }

  #refuseTooMany({ key }: Access): void {
    const { streamsPerKey = Infinity, maxStreams = 1024 } = this.#options
    if (this.#open.size >= maxStreams)
      throw new RestTorrentError('overloaded', `more than ${maxStreams} event streams`)
    const ofKey = [...this.#open.keys()].filter(({ access }) => access.key === key).length
    if (key !== null && ofKey >= streamsPerKey)
      throw new RestTorrentError('rate_limited', `more than ${streamsPerKey} event streams of this key`)
  }
}
