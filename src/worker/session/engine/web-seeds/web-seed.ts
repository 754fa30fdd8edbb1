/**
 * One web seed of a torrent (BEP 19): asks for stretches of pieces that nobody else is asked for, cuts what
 * comes into blocks, and is left alone for a while, or given up, when it fails.
 */
import type { RangeClient } from '../../../../outward/range-client.ts'
import { failureOf } from '../../../../outward/range-failure.ts'
import type { TorrentInfo } from '../../../../protocol/torrent-info.ts'
import type { WebSeedView } from '../../../../protocol/web-seed.ts'
import { RateMeter } from '../../rate-meter.ts'
import type { Layout, Span } from '../../storage/layout.ts'
import type { Run } from '../picker/partial-piece.ts'
import type { RangeDesk } from '../picker/range-desk.ts'
import { waitAfter } from './back-off.ts'
import { BlockCutter } from './block-cutter.ts'
import { fileUrls, type FileUrls } from './file-urls.ts'
import { spansOf } from './run-spans.ts'
import { StretchSize } from './stretch-size.ts'

/** What the web seeds of one torrent have in common. */
export interface WebSeedSurroundings {
  readonly info: TorrentInfo
  readonly layout: Layout
  readonly client: RangeClient
  /** A desk of its own, which calls the function when there may be work. */
  readonly openDesk: (offer: () => void) => RangeDesk
  /** Whether one more request may be under way; `onFree` is called when that may have changed. */
  readonly takeSlot: (onFree: () => void) => boolean
  readonly giveSlot: () => void
  /** Requests of one web seed at the same time. */
  readonly mostRequests: () => number
  /** Payload came; nothing more is read until it settles. */
  readonly onReceived: (bytes: number, signal: AbortSignal) => Promise<void> | void
}

const zeros = new Uint8Array(64 * 1024)

export class WebSeed {
  readonly url: string
  readonly #near: WebSeedSurroundings
  readonly #urls: FileUrls | undefined
  readonly #desk: RangeDesk
  readonly #ending = new AbortController()
  readonly #rate = new RateMeter(Date.now())
  readonly #size = new StretchSize()
  /** Files that it lacks, by index. */
  readonly #lacking = new Set<number>()
  #requests = 0
  #downloaded = 0
  /** It has sent what it was asked for, so that it may be asked for more at once. */
  #isProved = false
  #failures = 0
  #retryAt: number | undefined
  #retry: NodeJS.Timeout | undefined
  #message = ''
  /** Why it lacks the file that was asked for last in vain. */
  #lackMessage = ''
  #room: PromiseWithResolvers<undefined> | undefined

  constructor(url: string, near: WebSeedSurroundings) {
    this.url = url
    this.#near = near
    this.#urls = fileUrls(url, near.info)
    this.#desk = near.openDesk(this.#offer)
    if (this.#urls === undefined) this.#giveUp('its URL is not one that may be fetched')
  }

  /** What is shown of it; takes a sample of the rate. */
  view(now: number): WebSeedView {
    return {
      url: this.url,
      state: this.#state(),
      download_rate: this.#rate.sample(now),
      downloaded: this.#downloaded,
      num_requests: this.#requests,
      next_try_at: this.#retryAt ?? null,
      message: this.#message || this.#lackMessage,
    }
  }

  get isUsable(): boolean {
    return !this.#ending.signal.aborted
  }

  /** Ends it and whatever it was asked for. */
  close(): void {
    if (!this.isUsable) return
    clearTimeout(this.#retry)
    this.#retryAt = undefined
    this.#ending.abort()
    this.#room?.resolve(undefined)
    this.#desk.leave()
  }

  /** All of a piece came from it and its hash does not fit: it is not asked again. */
  destroy(): void {
    this.#giveUp('sent a piece whose hash does not fit')
  }

  #state(): WebSeedView['state'] {
    if (this.#retryAt !== undefined) return 'waiting'
    if (!this.isUsable) return 'given_up'
    return this.#requests > 0 ? 'active' : 'idle'
  }

  readonly #offer = (): void => {
    this.#room?.resolve(undefined)
    this.#room = undefined
    while (this.#mayAsk() && this.#near.takeSlot(this.#offer)) {
      const runs = this.#desk.take(this.#size.blocks)
      if (runs.length === 0) {
        this.#near.giveSlot()
        return
      }
      void this.#fetch(runs)
    }
  }

  #mayAsk(): boolean {
    if (!this.isUsable || this.#retryAt !== undefined || this.#desk.isFull) return false
    return this.#requests < (this.#isProved ? this.#near.mostRequests() : 1)
  }

  async #fetch(runs: readonly Run[]): Promise<void> {
    const { layout } = this.#near
    const cutter = new BlockCutter(
      runs,
      (piece) => layout.pieceSize(piece),
      (piece, block, bytes) => {
        if (this.isUsable) this.#desk.arrived(piece, block, bytes, this)
      },
    )
    this.#requests += 1
    try {
      for (const span of spansOf(runs, layout)) await this.#read(span, cutter)
      this.#failures = 0
      this.#isProved = true
      this.#message = ''
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#requests -= 1
      this.#desk.giveBack(cutter.rest())
      this.#near.giveSlot()
    }
  }

  async #read({ file: index, fileOffset, length }: Span, cutter: BlockCutter): Promise<void> {
    const { layout, client, onReceived } = this.#near
    const { signal } = this.#ending
    const file = layout.files[index]
    if (file === undefined || this.#urls === undefined) return
    if (file.padding) return pad(length, cutter)
    const startedAt = performance.now()
    try {
      await client.read({
        url: this.#urls(index),
        first: fileOffset,
        length,
        fileLength: file.length,
        signal,
        onBytes: async (bytes) => {
          this.#downloaded += bytes.length
          this.#rate.add(bytes.length)
          cutter.push(bytes)
          await onReceived(bytes.length, signal)
          if (this.#desk.isFull) await this.#whenRoom()
        },
      })
      this.#size.took(length, performance.now() - startedAt)
    } catch (error) {
      if (error instanceof Error && failureOf(error)?.fault === 'file') this.#lack(index, error.message)
      throw error
    }
  }

  /** The disk is behind. */
  async #whenRoom(): Promise<void> {
    while (this.isUsable && this.#desk.isFull) {
      this.#room ??= Promise.withResolvers()
      await this.#room.promise
    }
  }

  #failed(error: unknown): void {
    if (!this.isUsable) return
    const failure = failureOf(error)
    if (failure === undefined) throw error
    const reason = (error as Error).message
    if (failure.fault === 'server') return this.#giveUp(reason)
    if (failure.fault === 'file' || this.#retryAt !== undefined) return
    this.#message = reason
    this.#failures += 1
    this.#isProved = false
    const waitMs = waitAfter(this.#failures, failure.retryAfterMs)
    this.#retryAt = Date.now() + waitMs
    this.#retry = setTimeout(() => {
      this.#retryAt = undefined
      this.#offer()
    }, waitMs)
  }

  /** The other files of a torrent may still be there. */
  #lack(index: number, reason: string): void {
    const { info, layout } = this.#near
    this.#lacking.add(index)
    const fetched = info.files.filter((file) => !file.padding && file.length > 0)
    const file = info.files[index]
    if (file === undefined) return
    this.#lackMessage = `${reason}: ${file.path.join('/')}`
    this.#desk.lose(
      Math.floor(file.offset / layout.pieceLength),
      Math.floor((file.offset + file.length - 1) / layout.pieceLength),
    )
    if (fetched.every((one) => this.#lacking.has(one.index))) this.#giveUp(reason)
  }

  #giveUp(message: string): void {
    if (!this.isUsable) return
    this.close()
    this.#message = message
  }
}

function pad(length: number, cutter: BlockCutter): void {
  for (let left = length; left > 0; left -= zeros.length)
    cutter.push(zeros.subarray(0, Math.min(left, zeros.length)))
}
