/** Hands one torrent to the engine, and settles when both know that it is there. */
import type { Content } from './engine/content.ts'
import type { EngineTorrent } from './engine/engine-torrent.ts'
import type { TorrentEvents } from './engine/torrent-events.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { SessionEvent } from '../../protocol/session-rpc.ts'
import type { Swarm } from './swarm.ts'

export interface HandOver {
  /** Read anew as it goes on: what it says of sources may change before there is a meeting. */
  readonly record: () => TorrentRecord
  readonly swarm: Swarm
  readonly signal: AbortSignal
  readonly post: (event: SessionEvent) => void
}

/**
 * Without content it settles when the engine has it, else when it can exchange pieces. Rejects with the signal's
 * reason, or with what kept it from being opened: of that `events` hear nothing.
 */
export async function handOver(
  { record, swarm, signal, post }: HandOver,
  content: Content | undefined,
  events: TorrentEvents,
): Promise<EngineTorrent> {
  const { infoHash, source, options } = record()
  signal.throwIfAborted()
  const ready = Promise.withResolvers<undefined>()
  ready.promise.catch(() => undefined) // a magnet does not wait for it here
  signal.addEventListener('abort', () => ready.reject(signal.reason), { once: true })
  post({ type: 'activating', infoHash })
  let isOpen = content === undefined
  const opened = swarm.engine.open(
    infoHash,
    source.name,
    content,
    {
      ...events,
      onReady: () => {
        isOpen = true
        events.onReady()
        ready.resolve(undefined)
      },
      onFailed: (error) => {
        ready.reject(error)
        if (isOpen) events.onFailed(error)
      },
    },
    options,
  )
  if (content === undefined) {
    post({ type: 'activation_ended', infoHash })
    return opened
  }
  try {
    await ready.promise
    return opened
  } catch (error) {
    await opened.close() // nobody else knows it yet
    throw error
  }
}
