/** The web seeds of one torrent, from when it can exchange pieces to its close. */
import { RangeClient, type RangeClientOptions } from '../../../../outward/range-client.ts'
import type { TorrentInfo } from '../../../../protocol/torrent-info.ts'
import type { WebSeedView } from '../../../../protocol/web-seed.ts'
import { layoutOf } from '../../torrent-store.ts'
import type { PickerHandle } from '../picker/picker-handle.ts'
import { RequestSlots } from './request-slots.ts'
import { WebSeed, type WebSeedSurroundings } from './web-seed.ts'

/** Requests of one torrent that are under way at the same time. */
const mostOfTorrent = 4
/** Requests of one session. */
const mostOfSession = 16

/** Slots for a whole session, which its torrents share. */
export function sessionSlots(): RequestSlots {
  return new RequestSlots(mostOfSession)
}

/** What the web seeds of a torrent need of it. */
export interface WebSeedsOptions {
  readonly urls: readonly string[]
  readonly info: TorrentInfo
  readonly picker: Pick<PickerHandle, 'openDesk'>
  readonly slots: RequestSlots
  readonly client: Omit<RangeClientOptions, 'maxConnections'>
  readonly onReceived: WebSeedSurroundings['onReceived']
}

export class WebSeeds {
  #seeds: WebSeed[]
  readonly #near: WebSeedSurroundings
  readonly #client: RangeClient

  constructor({ urls, info, picker, slots, client, onReceived }: WebSeedsOptions) {
    this.#client = new RangeClient({ ...client, maxConnections: mostOfTorrent })
    const own = new RequestSlots(mostOfTorrent)
    const near: WebSeedSurroundings = {
      info,
      layout: layoutOf(info),
      client: this.#client,
      openDesk: (offer) => picker.openDesk(offer),
      takeSlot: (onFree) => {
        if (!own.take(onFree)) return false
        if (slots.take(onFree)) return true
        own.give()
        return false
      },
      giveSlot: () => {
        own.give()
        slots.give()
      },
      mostRequests: () => Math.ceil(mostOfTorrent / Math.max(1, this.#usable())),
      onReceived,
    }
    this.#near = near
    this.#seeds = urls.map((url) => new WebSeed(url, near))
  }

  /** Takes other web seeds; those that stay go on, and requests to those that leave end. */
  change(urls: readonly string[]): void {
    const before = new Map(this.#seeds.map((seed) => [seed.url, seed]))
    this.#seeds = urls.map((url) => before.get(url) ?? new WebSeed(url, this.#near))
    for (const [url, seed] of before) if (!urls.includes(url)) seed.close()
  }

  /** Every web seed in the order of the torrent; takes a sample of the rates. */
  views(now: number): WebSeedView[] {
    return this.#seeds.map((seed) => seed.view(now))
  }

  /** Ends every request; no byte comes after. */
  close(): void {
    for (const seed of this.#seeds) seed.close()
    this.#client.close()
  }

  #usable(): number {
    return this.#seeds.filter((seed) => seed.isUsable).length
  }
}
