/**
 * Commands and following over a socket of socket.io-client, which stays its maker's: that decides how it
 * connects, with which key (`auth: { key }`), and when it ends.
 */
import type { LiveEvent, LiveUpdate, Subscribe } from '../protocol/live.ts'
import { LiveState } from './live-state.ts'
import { fieldsOf, type Client } from './rest-client.ts'

/** What is used of a socket of socket.io-client. */
export interface SocketLike {
  readonly connected: boolean
  timeout(ms: number): { emitWithAck(event: string, message: object): Promise<unknown> }
  on(event: string, listener: (message: unknown) => void): unknown
  off(event: string, listener: (message: unknown) => void): unknown
}

/** What to follow, see `subscribe` in the reference. */
export type FollowParameters = Partial<Omit<Subscribe, 'topic' | 'since'>> & {
  readonly topic: Exclude<Subscribe['topic'], 'events'>
}

export interface Followed {
  readonly state: LiveState
  /** Follows no longer. */
  stop(): Promise<void>
}

export interface SocketClient extends Client {
  /**
   * Follows a topic, also over gaps and reconnections; `onUpdate` is told after each update was applied.
   * Settles when the first is there.
   */
  follow(parameters: FollowParameters, onUpdate?: (update: LiveUpdate) => void): Promise<Followed>
  /** Tells of each event from now on; gives its own undo. */
  onEvent(listener: (event: LiveEvent) => void): Promise<() => void>
}

const defaultTimeoutMs = 60_000

/** A client over the socket; a call rejects where no answer comes within `timeoutMs`. */
export function createSocketClient(socket: SocketLike, timeoutMs = defaultTimeoutMs): SocketClient {
  let calls = 0
  const ask: Ask = async (command, parameters) => {
    const message = { ...parameters, t_id: String(++calls), command }
    const answer = (await socket.timeout(timeoutMs).emitWithAck('v1', message)) as Record<string, unknown>
    const { t_id: _, command: _command, ...body } = answer
    return fieldsOf(body)
  }
  return {
    call: async (command, parameters, key) => {
      const once = key === undefined ? {} : { idempotency_key: key }
      return (await ask(command, { ...parameters, ...once })) as never
    },
    follow: (parameters, onUpdate) => follow(socket, ask, parameters, onUpdate),
    onEvent: async (listener) => {
      const onEvent = (message: unknown): void => listener(message as LiveEvent)
      socket.on('v1.event', onEvent)
      await ask('subscribe', { topic: 'events' })
      return () => void socket.off('v1.event', onEvent)
    },
  }
}

type Ask = (command: string, parameters: object) => Promise<object>

async function follow(
  socket: SocketLike,
  ask: Ask,
  parameters: FollowParameters,
  onUpdate: (update: LiveUpdate) => void = () => undefined,
): Promise<Followed> {
  const state = new LiveState()
  const { topic, session_id } = parameters
  const apply = (update: LiveUpdate): boolean => {
    const isApplied = state.apply(update)
    if (isApplied) onUpdate(update)
    return isApplied
  }
  const subscribe = async (): Promise<void> => {
    const since = state.revision
    const answer = await ask('subscribe', {
      ...parameters,
      ...(since === undefined ? {} : { since }),
    })
    apply((answer as { update: LiveUpdate }).update)
  }
  /** What fails here is tried again at the next connection. */
  const again = (): void => void subscribe().catch(() => undefined)
  const onUpdated = (message: unknown): void => {
    const update = message as LiveUpdate
    if (update.topic !== topic || update.session_id !== session_id) return
    if (state.revision !== undefined && !apply(update)) again()
  }
  socket.on('v1.update', onUpdated)
  const leave = (): void => {
    socket.off('v1.update', onUpdated)
    socket.off('connect', again)
  }
  try {
    await subscribe()
  } catch (error) {
    leave()
    throw error
  }
  socket.on('connect', again)
  return {
    state,
    stop: async () => {
      leave()
      if (socket.connected) await ask('unsubscribe', { topic, ...(session_id ? { session_id } : {}) })
    },
  }
}
