/**
 * Torrents that have everything and are connected to nobody. The engine does not have them until a connection
 * names one, in the clear or encrypted, or the DHT names a peer of one.
 */
import { hash } from 'node:crypto'
import type WebTorrent from 'webtorrent'

/** A torrent that the engine does not have at the moment. */
export interface DormantTorrent {
  /** 40 lower-case hex digits. */
  readonly infoHash: string
  readonly isPrivate: boolean
  /** Whether the engine has had it, and announced it in the DHT, until it fell asleep. */
  readonly wasOpen: boolean
  /** Opens it in the engine; settles when peers can be met, or cannot. Never rejects. */
  wake(): Promise<void>
  /** The DHT named a peer, `host:port`. */
  onPeer(address: string): void
}

export class DormantTorrents {
  readonly #torrents = new Map<string, DormantTorrent>()
  /** By what an encrypted handshake says in the place of the info hash: SHA-1 of `req2` and it, in hex. */
  readonly #byHash = new Map<string, DormantTorrent>()

  get(infoHash: string): DormantTorrent | undefined {
    return this.#torrents.get(infoHash)
  }

  values(): IterableIterator<DormantTorrent> {
    return this.#torrents.values()
  }

  add(torrent: DormantTorrent): void {
    this.#torrents.set(torrent.infoHash, torrent)
    this.#byHash.set(hashOf(torrent), torrent)
  }

  /** Takes it out, if it is this one that is there. */
  remove(torrent: DormantTorrent): void {
    if (this.#torrents.get(torrent.infoHash) !== torrent) return
    this.#torrents.delete(torrent.infoHash)
    this.#byHash.delete(hashOf(torrent))
  }

  /** Has the engine find them when a connection asks for one. */
  wakeAtHandshakes(client: WebTorrent): void {
    const get = client.get.bind(client)
    client.get = async (infoHash) => {
      await this.#torrents.get(infoHash)?.wake()
      return await get(infoHash)
    }
    const getByHash = client._getByHash.bind(client)
    client._getByHash = async (hashed) => {
      await this.#byHash.get(hashed)?.wake()
      return await getByHash(hashed)
    }
  }
}

function hashOf({ infoHash }: DormantTorrent): string {
  return hash('sha1', Buffer.concat([Buffer.from('req2'), Buffer.from(infoHash, 'hex')]))
}
