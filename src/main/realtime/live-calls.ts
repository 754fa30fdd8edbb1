/** The commands that belong to one socket: what it follows, from `subscribe` to its end. */
import type { Server, Socket } from 'socket.io'
import { RestTorrentError } from '../../protocol/errors.ts'
import { liveCommands, type LiveCommand, type Subscribe } from '../../protocol/live.ts'
import { checkParameters } from '../../protocol/validate.ts'
import { isHeard, type Happened } from '../live/event-log.ts'
import type { Feeds, Sink } from '../live/feeds.ts'
import type { UpdateText } from '../live/live-board.ts'
import type { Live } from '../live/live.ts'
import { wishOf } from '../live/wish.ts'
import type { SocketFacts } from './key-holders.ts'
import { PreparedJson } from './prepared-json.ts'

/** What one socket may follow at the same time. */
const maxTopics = 64

class SocketSink implements Sink {
  readonly socket: Socket

  constructor(socket: Socket) {
    this.socket = socket
  }

  get isReady(): boolean {
    return this.socket.connected && this.socket.conn.transport.writable
  }
}

export class LiveCalls {
  readonly #io: Server
  readonly #live: Live
  readonly #feeds: Feeds<SocketSink>
  /** What ends each topic of a socket. */
  readonly #leaves = new Map<Socket, Map<string, () => void>>()
  readonly #listeners = new Set<Socket>()
  readonly #release: () => void

  constructor(io: Server, live: Live) {
    this.#io = io
    this.#live = live
    this.#feeds = live.feeds<SocketSink>({ send: (sinks, update) => this.#send(sinks, update) })
    this.#release = live.events.onEvent((happened) => this.#tell(happened))
  }

  /** Runs a command of a socket; gives the fields of its answer. Throws a RestTorrentError. */
  run(socket: Socket, command: LiveCommand, parameters: object): object {
    const { topic, session_id } = checkParameters(liveCommands.unsubscribe.input, {
      ...('topic' in parameters ? { topic: parameters.topic } : {}),
      ...('session_id' in parameters ? { session_id: parameters.session_id } : {}),
    })
    const name = `${topic} ${session_id ?? ''}`
    if (command === 'unsubscribe') {
      checkParameters(liveCommands.unsubscribe.input, parameters)
      this.#leave(socket, name)
      return {}
    }
    const wanted = checkParameters(liveCommands.subscribe.input, parameters)
    const topics = this.#leaves.get(socket) ?? this.#enter(socket)
    if (topics.size >= maxTopics && !topics.has(name))
      throw new RestTorrentError('rate_limited', `more than ${maxTopics} topics of one socket`)
    if (topic === 'events') return this.#listen(socket, name, wanted)
    const wish = wishOf(wanted, (socket.data as SocketFacts).access, (id) => this.#live.has(id))
    this.#leave(socket, name)
    const { first, leave } = this.#feeds.follow(new SocketSink(socket), wish, wanted.since)
    topics.set(name, leave)
    return { interval_ms: wish.intervalMs, update: new PreparedJson(first.json) }
  }

  /** Ends everything that is followed. */
  close(): void {
    this.#release()
    this.#feeds.close()
  }

  #enter(socket: Socket): Map<string, () => void> {
    const topics = new Map<string, () => void>()
    this.#leaves.set(socket, topics)
    socket.once('disconnect', () => {
      this.#leaves.delete(socket)
      for (const leave of topics.values()) leave()
    })
    return topics
  }

  #leave(socket: Socket, name: string): void {
    const topics = this.#leaves.get(socket)
    topics?.get(name)?.()
    topics?.delete(name)
  }

  /** Answers what was missed; `is_complete` is false where more happened than is kept. */
  #listen(socket: Socket, name: string, { since }: Subscribe): object {
    const { events } = this.#live
    const { access } = socket.data as SocketFacts
    const missed = since === undefined ? [] : events.since(since)
    const heard = (missed ?? events.all()).filter((one) => isHeard(one, access))
    this.#listeners.add(socket)
    this.#leaves.get(socket)?.set(name, () => this.#listeners.delete(socket))
    return {
      is_complete: missed !== undefined,
      events: heard.map(({ event }) => event),
      last_id: events.lastId,
    }
  }

  #tell(happened: Happened): void {
    const those = [...this.#listeners].filter((socket) =>
      isHeard(happened, (socket.data as SocketFacts).access),
    )
    if (those.length > 0) this.#io.to(those.map(({ id }) => id)).emit('v1.event', happened.event)
  }

  /** Encoded once for all of them. */
  #send(sinks: readonly SocketSink[], { json }: UpdateText): void {
    this.#io.to(sinks.map(({ socket }) => socket.id)).emit('v1.update', new PreparedJson(json))
  }
}
