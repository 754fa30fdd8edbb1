/** One follower by server-sent events: what it is sent, and its end when it does not read. */
import type { ServerResponse } from 'node:http'
import { streamId, type StreamPlace } from '../../protocol/event-stream.ts'
import type { Access } from '../access/access.ts'
import type { Sink } from '../live/feeds.ts'
import { constantHeaders } from './headers.ts'

/** Bytes that may wait for a follower to read before it is cut. */
const maxUnsent = 4 * 1024 * 1024
const reconnectMs = 2000

export class EventStream implements Sink {
  readonly access: Access
  readonly #response: ServerResponse
  #place: StreamPlace
  /** Whether something waited for the follower when `keepAlive` looked last. */
  #waited = false

  /** Sends the headers. */
  constructor(response: ServerResponse, access: Access, place: StreamPlace) {
    this.access = access
    this.#response = response
    this.#place = place
    response.on('drain', () => (this.#waited = false))
    response.writeHead(200, {
      ...constantHeaders,
      'Cache-Control': 'no-store',
      'Content-Type': 'text/event-stream',
      'X-Accel-Buffering': 'no',
    })
    response.write(`retry: ${reconnectMs}\n\n`)
  }

  /** Whether its connection was ended because of it. */
  get isCut(): boolean {
    return this.#response.destroyed
  }

  get isReady(): boolean {
    return !this.#response.destroyed && !this.#response.writableNeedDrain
  }

  /** Sends one event; `data` is JSON, which has no line break. `place` is what the follower has then. */
  send(event: string, data: string, place: Partial<StreamPlace> = {}): void {
    if (this.#response.destroyed || this.#response.writableEnded) return
    this.#place = { ...this.#place, ...place }
    this.#response.write(`event: ${event}\nid: ${streamId(this.#place)}\ndata: ${data}\n\n`)
    if (this.#response.writableLength > maxUnsent) this.#response.destroy()
  }

  /** Shows proxies and the follower that the stream lives; cuts one that has read nothing since the last time. */
  keepAlive(): void {
    const waits = this.#response.writableNeedDrain
    if (waits && this.#waited) this.#response.destroy()
    else if (!waits) this.#response.write(':\n\n')
    this.#waited = waits
  }

  /** Ends the stream with a last event. */
  end(event: string, data: object): void {
    this.send(event, JSON.stringify(data))
    this.#response.end()
    // one that does not read would keep its connection open
    setTimeout(() => this.#response.destroy(), 1000).unref()
  }
}
