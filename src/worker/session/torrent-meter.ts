/** What a torrent has moved: payload bytes since it was added, and at what rate. */
import { shareRatio, type TorrentCounters } from '../../protocol/records.ts'
import { RateMeter } from './rate-meter.ts'

export class TorrentMeter {
  readonly #down = new RateMeter(Date.now())
  readonly #up = new RateMeter(Date.now())
  #counters: TorrentCounters

  /** Goes on from `counters`. */
  constructor(counters: TorrentCounters) {
    this.#counters = counters
  }

  get counters(): TorrentCounters {
    return this.#counters
  }

  /** Notes payload bytes that were received and sent. */
  count(downloaded: number, uploaded: number): void {
    this.#counters = {
      downloaded: this.#counters.downloaded + downloaded,
      uploaded: this.#counters.uploaded + uploaded,
    }
    this.#down.add(downloaded)
    this.#up.add(uploaded)
  }

  /** The fields of a row that are counted; `left` and `total` are bytes. */
  read(now: number, left: number, total: number) {
    const downloadRate = this.#down.sample(now)
    return {
      download_rate: downloadRate,
      upload_rate: this.#up.sample(now),
      ...this.#counters,
      ratio: shareRatio(this.#counters, total),
      eta_ms: downloadRate > 0 && left > 0 ? Math.round((left / downloadRate) * 1000) : null,
    }
  }
}
