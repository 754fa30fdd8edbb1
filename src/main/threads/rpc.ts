/**
 * Comlink, used safely: every call settles. The endpoint remembers the ids of outgoing calls and, when the
 * thread ends, answers them itself with `session_gone`; each call has a deadline; errors cross as
 * `{ code, message, details }`; nothing is ever released.
 */
import type { MessagePort, Worker } from 'node:worker_threads'
import * as Comlink from 'comlink'
import { fromWireError, RestTorrentError, type WireError } from '../../protocol/errors.ts'

/** What Comlink registers; the DOM's types are not loaded. */
type Listener = ((event: { data: unknown }) => void) | { handleEvent(event: { data: unknown }): void }

interface Message {
  readonly id?: string
  readonly type: string
}

/** Calls to the thing in a thread. One for each thread, kept for as long as the thread. */
export interface Rpc<Api extends object> {
  /** Runs one call; rejects with its error, `session_unresponsive` after the deadline, or `session_gone`. */
  call<T>(what: string, deadlineMs: number, run: (api: Comlink.Remote<Api>) => Promise<T>): Promise<T>
  /** Ends every pending and later call with `session_gone`. */
  close(reason: string): void
  readonly pending: number
}

const thrown = Comlink.transferHandlers.get('throw')
Comlink.transferHandlers.set('throw', {
  canHandle: (value: unknown): value is unknown => thrown?.canHandle(value) === true,
  serialize: () => {
    throw new Error('main answers no calls')
  },
  deserialize: (wire) => {
    throw fromWireError(wire as WireError)
  },
})

/** Connects to what the other side of `port` exposes. */
export function connectRpc<Api extends object>(port: Worker | MessagePort): Rpc<Api> {
  const pending = new Set<string>()
  const listeners = new Set<Listener>()
  let gone: WireError | undefined

  const deliver = (data: unknown): void => {
    const event = { data }
    for (const listener of listeners) {
      if (typeof listener === 'function') listener(event)
      else listener.handleEvent(event)
    }
  }
  const fail = (id: string): void => deliver({ id, type: 'HANDLER', name: 'throw', value: gone })
  port.on('message', (data: Message) => {
    if (data.id !== undefined) pending.delete(data.id)
    deliver(data)
  })
  const endpoint = {
    addEventListener: (_: string, listener: Listener) => void listeners.add(listener),
    removeEventListener: (_: string, listener: Listener) => void listeners.delete(listener),
    postMessage: (data: Message, transfer?: unknown[]) => {
      if (data.type === 'RELEASE' || data.id === undefined) return
      const { id } = data
      if (gone !== undefined) return queueMicrotask(() => fail(id))
      pending.add(id)
      port.postMessage(data, (transfer ?? []) as never)
    },
  }
  const api = Comlink.wrap<Api>(endpoint)

  return {
    call: (what, deadlineMs, run) => withDeadline(what, deadlineMs, run(api)),
    close: (reason) => {
      gone = { code: 'session_gone', message: reason }
      for (const id of pending) fail(id)
      pending.clear()
    },
    get pending() {
      return pending.size
    },
  }
}

async function withDeadline<T>(what: string, deadlineMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    // made when it is needed: the stack of an error costs more than the rest of the call
    const error = (): RestTorrentError =>
      new RestTorrentError('session_unresponsive', `${what}: no answer within ${deadlineMs} ms`)
    timer = setTimeout(() => reject(error()), deadlineMs)
  })
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
