/**
 * The engine behind one adapter: one WebTorrent client on the session's own sockets, TCP only, with nothing
 * that it would do by itself to trackers, the local network or routers. Only this folder imports webtorrent.
 */
import Wire from 'bittorrent-protocol'
import type { default as WebTorrent, Wire as OpenWire } from 'webtorrent'
import Peer from 'webtorrent/lib/peer.js'
import type { Ban, BanChange } from '../../../protocol/ban.ts'
import type { DhtTable } from '../../../protocol/dht-table.ts'
import type { HostShare } from '../../../protocol/host-share.ts'
import type { SessionSettings } from '../../../protocol/session.ts'
import type { TorrentOptions } from '../../../protocol/torrent-options.ts'
import type { ClientFacts } from './client-facts.ts'
import { AddressCounts } from './connections/address-counts.ts'
import { Bans } from './connections/bans.ts'
import { Dialler } from './connections/dialler.ts'
import { Gate } from './connections/gate.ts'
import { PeerLimit } from './connections/peer-limit.ts'
import { WireWorth } from './connections/wire-worth.ts'
import { describe, type Content } from './content.ts'
import { DormantTorrents } from './dormant-torrents.ts'
import { dhtSocket } from './dht/dht-socket.ts'
import { Dht } from './dht/join-dht.ts'
import { secureOf } from './encryption-modes.ts'
import type { EngineOptions } from './engine-options.ts'
import { EngineTorrent } from './engine-torrent.ts'
import type { TorrentEvents } from './torrent-events.ts'
import { hardenWires } from './harden/harden-wires.ts'
import { joinSockets } from './socket/join-socket.ts'
import { takeOver } from './listener-takeover.ts'
import { SessionLimits } from './limits/session-limits.ts'
import { Exchange } from './exchange.ts'
import { LocalPeers } from './local-peers.ts'
import { openClient } from './open-client.ts'
import { requireMembers } from './required-members.ts'
import { sessionSlots } from './web-seeds/web-seeds.ts'

export class Engine {
  readonly #client: WebTorrent
  readonly #torrents = new Set<EngineTorrent>()
  /** Those that the engine gets when somebody asks for them. */
  readonly dormant = new DormantTorrents()
  readonly #dht: Dht | undefined
  readonly #facts: ClientFacts
  readonly #bans: Bans
  readonly #limits = new SessionLimits()
  readonly #peers: PeerLimit

  constructor(options: EngineOptions) {
    const { peerId, userAgent, port, udp, settings, policy } = options
    requireMembers('Wire', new Wire())
    requireMembers('Peer', new Peer('', 'tcpOutgoing'))
    hardenWires()
    joinSockets()
    this.#peers = new PeerLimit(settings.max_peers)
    this.#limits.configure(settings)
    const sockets = udp.map(dhtSocket)
    const client = openClient(options, sockets[0])
    this.#client = client
    const localPeers = new LocalPeers()
    const isOpened = (host: string): boolean => policy.isOpened(host)
    const onBan = (ban: Ban): void => {
      this.#sift()
      options.onBan?.(ban)
    }
    this.#bans = new Bans({ isOpened, onBan })
    const gate = new Gate({ policy, localPeers, bans: this.#bans })
    this.#facts = {
      userAgent,
      port,
      peerId,
      policy: { allows: (host) => gate.admits(host) },
      gate,
      localPeers,
      dialler: new Dialler(() => this.#peers.most - this.connections),
      addresses: new AddressCounts(isOpened),
      worth: new WireWorth(),
      pex: settings.pex,
      webSeedSlots: sessionSlots(),
      hasRoom: () => this.#hasFreeRoom || this.#useless.length > 0,
      makeRoom: () => this.#makeRoom(),
      badPiece: (sources, isSole) => this.#bans.badPiece(sources, isSole),
    }
    takeOver(client, this.#facts)
    this.dormant.wakeAtHandshakes(client)
    if (client.dht) {
      const isWanted = (infoHash: string): boolean => this.#isAnnounced(infoHash)
      this.#dht = new Dht(client.dht, {
        ...options,
        nodeId: client.nodeId,
        sockets,
        gate,
        dormant: this.dormant,
        isWanted,
      })
    }
  }

  /** Obeys the settings that need no other sockets from now on, also where it is connected already. */
  configure(settings: SessionSettings): void {
    this.#peers.own = settings.max_peers
    this.#part(this.connections - this.#peers.most)
    this.#limits.configure(settings)
    this.#client.secure = secureOf[settings.encryption]
    this.#sift()
  }

  /** Connections of all torrents, open or being opened. */
  get connections(): number {
    return [...this.#torrents].reduce((sum, { connections }) => sum + connections, 0)
  }

  /** Opens a torrent, with its content or to fetch its metadata first. */
  open(
    infoHash: string,
    name: string,
    content: Content | undefined,
    events: TorrentEvents,
    options: TorrentOptions,
  ): EngineTorrent {
    const description = content ? describe(infoHash, content) : { infoHash, name, announce: [], urlList: [] }
    const torrent = this.#client.add(description, {
      deselect: true,
      storeCacheSlots: 0,
      preloadedStore: content?.store,
      bitfield: content?.bits,
    })
    requireMembers('Torrent', torrent)
    const exchange = new Exchange(torrent, this.#limits.open(options), options)
    const opened = new EngineTorrent(infoHash, torrent, content, this.#facts, events, exchange)
    opened.configure(options)
    this.#torrents.add(opened)
    torrent.once('close', () => this.#torrents.delete(opened))
    return opened
  }

  /** What is worth keeping of the DHT; undefined while it knows no node. */
  get dhtTable(): DhtTable | undefined {
    return this.#dht?.table
  }

  /** The bans of this session, oldest first. */
  get bans(): Ban[] {
    return this.#bans.list()
  }

  /** Has nothing to do with some any more, and again with others. */
  changeBans(change: BanChange): void {
    this.#bans.change(change)
    this.#sift()
  }

  /** Meets nobody in these filters any more, see `IpFilter`. */
  filterAddresses(filters: readonly SharedArrayBuffer[]): void {
    this.#facts.gate.filter(filters)
    this.#sift()
  }

  /** Uses room for connections that others gave up, and announces what rests; to be called each second. */
  drain(): void {
    this.#facts.dialler.kick()
    this.#dht?.announceDormant(performance.now())
  }

  /** Obeys the share of the host from now on, and tells what of it is used. */
  follow(share: HostShare): void {
    this.#limits.follow(share)
    this.#part(this.#peers.follow(share, this.connections))
  }

  /** Closes so many connections, the most useless first. */
  #part(tooMany: number): void {
    if (tooMany <= 0) return
    for (const wire of [...new Set([...this.#useless, ...this.#wires])].slice(0, tooMany)) wire.destroy()
  }

  /** Room for who dials in that nobody has to leave for. */
  get #hasFreeRoom(): boolean {
    return this.connections < this.#peers.mostDialledIn
  }

  /** Connections that may be given up, most useless first. */
  get #useless(): OpenWire[] {
    return this.#facts.worth.useless(this.#wires, performance.now())
  }

  get #wires(): OpenWire[] {
    return Array.from(this.#torrents, (torrent) => torrent.wires).flat()
  }

  #makeRoom(): boolean {
    if (this.#hasFreeRoom) return true
    const [first] = this.#useless
    first?.destroy()
    return first !== undefined
  }

  /** A torrent that is there and not known to be private may be known to the DHT. */
  #isAnnounced(infoHash: string): boolean {
    if (this.dormant.get(infoHash)?.isPrivate === false) return true
    return this.#client.torrents.some((one) => one.infoHash === infoHash && one.private !== true)
  }

  /** Brings connections to what may be: some are closed, and whom nothing keeps away any more is dialled. */
  #sift(): void {
    for (const torrent of this.#torrents) torrent.sift()
  }

  /** Closes every torrent, the client and its sockets. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#torrents, async (torrent) => await torrent.close()))
    await Promise.all([
      this.#dht?.close(),
      new Promise<void>((resolve) => this.#client.destroy(() => resolve())),
    ])
  }
}
