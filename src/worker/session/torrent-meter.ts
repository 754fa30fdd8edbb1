/** What a torrent has moved: payload bytes since it was added, at what rate, and when it had everything. */
import { shareRatio, type TorrentCounters } from '../../protocol/counters.ts'
import { RateMeter } from './rate-meter.ts'

export class TorrentMeter {
  readonly #down = new RateMeter(Date.now())
  readonly #up = new RateMeter(Date.now())
  readonly #onMoved: (bytes: number) => void
  /** But for what was counted here. */
  #counters: TorrentCounters
  #downloaded: number
  #uploaded: number

  /** Goes on from `counters`; `onMoved` hears of every payload byte. */
  constructor(counters: TorrentCounters, onMoved: (bytes: number) => void) {
    this.#counters = counters
    this.#onMoved = onMoved
    this.#downloaded = counters.downloaded
    this.#uploaded = counters.uploaded
  }

  get counters(): TorrentCounters {
    return { ...this.#counters, downloaded: this.#downloaded, uploaded: this.#uploaded }
  }

  /** Notes payload bytes that were received and sent. */
  count(downloaded: number, uploaded: number): void {
    this.#downloaded += downloaded
    this.#uploaded += uploaded
    this.#down.add(downloaded)
    this.#up.add(uploaded)
    this.#onMoved(downloaded + uploaded)
  }

  /** Notes that it is complete; only the first time counts. Trackers hear of it where peers sent any of it. */
  finish(now: number): void {
    const { finishedAt, completedTold } = this.#counters
    if (finishedAt !== null) return
    this.#counters = {
      ...this.#counters,
      finishedAt: now,
      completedTold: completedTold || this.#downloaded === 0,
    }
  }

  /** Notes that a tracker was told of it. */
  completedTold(): void {
    this.#counters = { ...this.#counters, completedTold: true }
  }

  /** The fields of a row that are counted; `left` and `total` are bytes. */
  read(now: number, left: number, total: number) {
    const downloadRate = this.#down.sample(now)
    const { counters } = this
    const { downloaded, uploaded, finishedAt } = counters
    return {
      download_rate: downloadRate,
      upload_rate: this.#up.sample(now),
      downloaded,
      uploaded,
      finished_at: finishedAt,
      ratio: shareRatio(counters, total),
      eta_ms: downloadRate > 0 && left > 0 ? Math.round((left / downloadRate) * 1000) : null,
    }
  }
}
