/** The limits of one session and of its torrents, in bytes of payload per second; 0 is none. */
import type { SessionSettings } from '../../../../protocol/session.ts'
import type { TorrentOptions } from '../../../../protocol/torrent-options.ts'
import type { Lane } from './lane.ts'
import { Valve } from './valve.ts'

type Rates = Pick<SessionSettings & TorrentOptions, 'download_limit' | 'upload_limit'>

/** The ways of one torrent through the limits of its session. */
export interface TorrentLimits {
  /** Blocks that are asked for. */
  readonly requests: Lane
  /** Blocks that come: those that were asked for before a limit came are held back here. */
  readonly arrivals: Lane
  readonly uploads: Lane
  configure(rates: Rates): void
  close(): void
}

export class SessionLimits {
  readonly #requests = new Valve()
  readonly #arrivals = new Valve()
  readonly #uploads = new Valve()

  /** Obeys these from now on. */
  configure({ download_limit, upload_limit }: Rates): void {
    this.#requests.setRate(download_limit)
    this.#arrivals.setRate(download_limit)
    this.#uploads.setRate(upload_limit)
  }

  /** The limits of one more torrent. */
  open({ download_limit, upload_limit }: Rates): TorrentLimits {
    const requests = this.#requests.open(download_limit)
    const arrivals = this.#arrivals.open(download_limit)
    const uploads = this.#uploads.open(upload_limit)
    return {
      requests,
      arrivals,
      uploads,
      configure: (rates) => {
        this.#requests.setLaneRate(requests, rates.download_limit)
        this.#arrivals.setLaneRate(arrivals, rates.download_limit)
        this.#uploads.setLaneRate(uploads, rates.upload_limit)
      },
      close: () => {
        for (const lane of [requests, arrivals, uploads]) lane.close()
      },
    }
  }
}
