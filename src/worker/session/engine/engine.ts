/**
 * The engine behind one adapter: one WebTorrent client on the session's own sockets, TCP only, with nothing
 * that it would do by itself to trackers, the local network or routers. Only this folder imports webtorrent.
 */
import type { Socket as UdpSocket } from 'node:dgram'
import type { Server } from 'node:net'
import WebTorrent from 'webtorrent'
import type { AddressPolicy } from '../../../protocol/address-policy.ts'
import type { SessionSettings } from '../../../protocol/session.ts'
import type { ClientFacts } from './client-facts.ts'
import { describe, type Content } from './content.ts'
import { bootstrap, dhtOptions, guardDatagrams } from './dht.ts'
import { EngineTorrent, type TorrentEvents } from './engine-torrent.ts'
import { hardenWires } from './harden/harden-wires.ts'
import { takeOver } from './listener-takeover.ts'
import { LocalPeers } from './local-peers.ts'
import { requireMembers } from './required-members.ts'
import { sessionSlots } from './web-seeds/web-seeds.ts'

export interface EngineOptions {
  readonly peerId: string
  readonly userAgent: string
  readonly port: number
  /** Bound and listening; the engine takes it over. */
  readonly tcp: Server
  /** Bound to the same port, where the DHT is wanted. */
  readonly udp: UdpSocket | undefined
  readonly settings: SessionSettings
  readonly policy: AddressPolicy
}

export class Engine {
  readonly #client: WebTorrent
  readonly #torrents = new Set<EngineTorrent>()
  readonly #facts: ClientFacts
  #maxPeers: number

  constructor({ peerId, userAgent, port, tcp, udp, settings, policy }: EngineOptions) {
    hardenWires()
    this.#maxPeers = settings.max_peers
    const client = new WebTorrent({
      peerId,
      userAgent,
      torrentPort: tcp,
      dht: udp === undefined ? false : dhtOptions(udp),
      dhtPort: port,
      utPex: false,
      natUpnp: settings.upnp,
      natPmp: settings.nat_pmp,
      downloadLimit: settings.download_limit || -1,
      uploadLimit: settings.upload_limit || -1,
      maxConns: settings.max_peers,
      tracker: false,
      lsd: false,
      utp: false,
      webSeeds: false,
      secure: 1,
    })
    client.on('error', (error: unknown) => {
      throw error // a client without its sockets is of no use: the supervisor brings the session back
    })
    this.#client = client
    const admits = (address: string): boolean => policy.allows(address)
    const localPeers = new LocalPeers()
    const isFull = (): boolean => this.connections >= this.#maxPeers
    this.#facts = {
      userAgent,
      port,
      peerId,
      policy,
      admits,
      isOpened: (address) => policy.isOpened(address),
      localPeers,
      isFull,
      pex: settings.pex,
      webSeedSlots: sessionSlots(),
    }
    takeOver(client, { isFull, admits: (address) => admits(address) || localPeers.mayDialIn(address) })
    if (udp !== undefined && client.dht) {
      guardDatagrams(udp)
      void bootstrap(client.dht, admits)
    }
  }

  /** Obeys the settings that need no other sockets from now on. */
  configure({ download_limit, upload_limit, max_peers }: SessionSettings): void {
    this.#maxPeers = max_peers
    this.#client.maxConns = max_peers
    this.#client.throttleDownload(download_limit || -1)
    this.#client.throttleUpload(upload_limit || -1)
  }

  /** Connections of all torrents, open or being opened. */
  get connections(): number {
    let sum = 0
    for (const torrent of this.#torrents) sum += torrent.connections
    return sum
  }

  /** Opens a torrent, with its content or to fetch its metadata first. */
  open(infoHash: string, name: string, content: Content | undefined, events: TorrentEvents): EngineTorrent {
    const description = content ? describe(infoHash, content) : { infoHash, name, announce: [], urlList: [] }
    const torrent = this.#client.add(description, {
      deselect: true,
      storeCacheSlots: 0,
      preloadedStore: content?.store,
      bitfield: content?.bits,
    })
    requireMembers(this.#client, torrent)
    const opened = new EngineTorrent(infoHash, torrent, content, this.#facts, events)
    this.#torrents.add(opened)
    torrent.once('close', () => this.#torrents.delete(opened))
    return opened
  }

  /** Uses room for connections that others gave up. */
  drain(): void {
    for (const torrent of this.#torrents) torrent.drain()
  }

  /** Closes every torrent, the client and its sockets. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#torrents, async (torrent) => await torrent.close()))
    await new Promise<void>((resolve) => this.#client.destroy(() => resolve()))
  }
}
