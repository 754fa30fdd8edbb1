/** Announces dormant torrents in the DHT about as often as the engine announces those that it has. */
import type { DhtNode } from 'webtorrent'
import { toHex } from '../../../../protocol/info-hash.ts'
import type { DormantTorrent, DormantTorrents } from '../dormant-torrents.ts'

const everyMs = 15 * 60_000
/** Of one run: with one a second as many as the queue of announces makes. */
const mostAnnounced = 4
/** Torrents looked at in one run. */
const mostLookedAt = 1000

export class DormantAnnounces {
  readonly #dht: DhtNode
  readonly #port: number
  readonly #dormant: DormantTorrents
  /** When one may be announced again; infinite while it is being announced. */
  readonly #dueAt = new WeakMap<DormantTorrent, number>()
  #walk: Iterator<DormantTorrent, undefined> | undefined

  constructor(dht: DhtNode, port: number, dormant: DormantTorrents) {
    this.#dht = dht
    this.#port = port
    this.#dormant = dormant
    dht.on('peer', (peer: { host: string; port: number }, named: Uint8Array) => {
      // one with our own port is most likely what we announced ourselves
      if (peer.port !== port) dormant.get(toHex(named))?.onPeer(`${peer.host}:${peer.port}`)
    })
  }

  /** Announces some of those that are due, round and round; `now`: any clock in milliseconds. */
  run(now: number): void {
    let announced = 0
    for (let looked = 0; looked < mostLookedAt && announced < mostAnnounced; looked += 1) {
      this.#walk ??= this.#dormant.values()
      const { value } = this.#walk.next()
      if (value === undefined) {
        this.#walk = undefined
        return
      }
      if (!this.#isDue(value, now)) continue
      this.#announce(value)
      announced += 1
    }
  }

  #isDue(torrent: DormantTorrent, now: number): boolean {
    if (torrent.isPrivate) return false
    const dueAt = this.#dueAt.get(torrent) ?? (torrent.wasOpen ? now + everyMs : now)
    this.#dueAt.set(torrent, dueAt)
    return dueAt <= now
  }

  #announce(torrent: DormantTorrent): void {
    this.#dueAt.set(torrent, Infinity)
    this.#dht.announce(torrent.infoHash, this.#port, () => {
      this.#dueAt.set(torrent, performance.now() + everyMs)
    })
  }
}
