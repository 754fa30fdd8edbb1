/** The worker's side of the calls: Comlink over a port, with errors as `{ code, message, details }`. */
import type { MessagePort } from 'node:worker_threads'
import * as Comlink from 'comlink'
import { toWireError } from '../protocol/errors.ts'

const thrown = Comlink.transferHandlers.get('throw')
Comlink.transferHandlers.set('throw', {
  canHandle: (value: unknown): value is unknown => thrown?.canHandle(value) === true,
  serialize: ({ value }: { value: unknown }) => [toWireError(value), []],
  deserialize: () => {
    throw new Error('a worker makes no calls')
  },
})

/** What Comlink registers; the DOM's types are not loaded. */
type Listener = ((event: { data: unknown }) => void) | { handleEvent(event: { data: unknown }): void }

/** Answers calls to `api` that arrive on `port`. */
export function expose(api: object, port: MessagePort): void {
  const wrapped = new Map<Listener, (data: unknown) => void>()
  const endpoint = {
    addEventListener: (_: string, listener: Listener) => {
      const onMessage = (data: unknown): void => {
        const event = { data }
        if (typeof listener === 'function') listener(event)
        else listener.handleEvent(event)
      }
      wrapped.set(listener, onMessage)
      port.on('message', onMessage)
    },
    removeEventListener: (_: string, listener: Listener) => {
      const onMessage = wrapped.get(listener)
      if (onMessage) port.off('message', onMessage)
    },
    postMessage: (message: unknown, transfer?: unknown[]) =>
      port.postMessage(message, (transfer ?? []) as never),
  }
  Comlink.expose(api, endpoint)
}
