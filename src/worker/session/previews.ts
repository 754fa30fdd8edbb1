/**
 * Magnet links that are looked at and not added: the session meets their peers for the metadata alone and
 * leaves them. Nothing of them is reported or kept.
 */
import { noCounters } from '../../protocol/counters.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import { TorrentMeeting } from './torrent-meeting.ts'
import { TorrentMeter } from './torrent-meter.ts'
import type { TorrentSurroundings } from './torrent-surroundings.ts'

const mostAtOnce = 8
const nothing = (): void => undefined

export class Previews {
  readonly #near: Pick<TorrentSurroundings, 'swarm' | 'lane'>
  readonly #running = new Map<string, AbortController>()

  constructor(near: Pick<TorrentSurroundings, 'swarm' | 'lane'>) {
    this.#near = near
  }

  /**
   * The raw info dictionary that a peer sent, whose hash is that of the record; undefined where none came
   * before the signal or `giveUp`. One of an info hash at a time. Rejects with `rate_limited`.
   */
  async fetch(record: TorrentRecord, signal: AbortSignal): Promise<Uint8Array | undefined> {
    if (this.#running.size >= mostAtOnce)
      throw new RestTorrentError('rate_limited', `more than ${mostAtOnce} magnet links are looked at`)
    const end = new AbortController()
    this.#running.set(record.infoHash, end)
    try {
      return await this.#meet(record, AbortSignal.any([signal, end.signal]))
    } finally {
      this.#running.delete(record.infoHash)
    }
  }

  /** The torrent is added now, or with no name given the session ends. */
  giveUp(infoHash?: string): void {
    for (const [name, end] of this.#running) if (infoHash === undefined || name === infoHash) end.abort()
  }

  async #meet(record: TorrentRecord, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | undefined>()
    promise.catch(nothing) // it may fail while the meeting begins
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
    if (signal.aborted) return undefined
    const meeting = await TorrentMeeting.begin({
      record: () => record,
      content: () => undefined,
      near: { ...this.#near, post: nothing },
      signal: new AbortController().signal, // it is ended by its close alone
      meter: new TorrentMeter(noCounters, nothing),
      onRest: nothing,
      events: {
        onVerified: nothing,
        onMetadata: resolve,
        onReady: nothing,
        onFailed: reject,
      },
    })
    return await promise.finally(() => meeting.close())
  }
}
