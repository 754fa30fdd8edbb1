/** The limits of one session and of its torrents, in bytes of payload per second; 0 is none. */
import type { HostShare } from '../../../../protocol/host-share.ts'
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
  #own: Rates = { download_limit: 0, upload_limit: 0 }
  #ofHost: Rates = { download_limit: 0, upload_limit: 0 }

  /** Obeys these from now on. */
  configure({ download_limit, upload_limit }: Rates): void {
    this.#own = { download_limit, upload_limit }
    this.#obey()
  }

  /** Tells the host what moved and had to wait, and obeys its share beside the limits of its own. */
  follow(share: HostShare): void {
    share.set('downloaded', this.#arrivals.moved | 0)
    share.set('uploaded', this.#uploads.moved | 0)
    share.set('downloadWaits', (this.#requests.waits + this.#arrivals.waits) | 0)
    share.set('uploadWaits', this.#uploads.waits | 0)
    this.#ofHost = { download_limit: share.get('downloadShare'), upload_limit: share.get('uploadShare') }
    this.#obey()
  }

  #obey(): void {
    const download = lower(this.#own.download_limit, this.#ofHost.download_limit)
    this.#requests.setRate(download)
    this.#arrivals.setRate(download)
    this.#uploads.setRate(lower(this.#own.upload_limit, this.#ofHost.upload_limit))
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

/** The lower of two limits, of which 0 is none. */
function lower(one: number, other: number): number {
  return one === 0 || other === 0 ? Math.max(one, other) : Math.min(one, other)
}
