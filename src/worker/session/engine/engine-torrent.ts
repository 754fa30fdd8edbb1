/**
 * One torrent inside the engine, from the moment it may talk to peers until it is closed. Opened with its
 * content, or without, and then it asks peers for the metadata and is given its content later.
 */
import type { Torrent, Wire } from 'webtorrent'
import { readPeerAddress } from '../../../protocol/peer-address.ts'
import type { DialAnswer, PeerView } from '../../../protocol/peer-view.ts'
import type { TorrentOptions } from '../../../protocol/torrent-options.ts'
import type { WebSeedView } from '../../../protocol/web-seed.ts'
import { availabilityOf } from './availability.ts'
import type { ClientFacts } from './client-facts.ts'
import type { PeerSource } from './connections/peer-book.ts'
import { TorrentConnections } from './connections/torrent-connections.ts'
import { describe, type Content } from './content.ts'
import { fallBackToPlain } from './encryption-fallback.ts'
import type { Exchange } from './exchange.ts'
import { tellPieces } from './harden/tell-pieces.ts'
import { isSeed } from './is-seed.ts'
import { listensAt } from './listens-at.ts'
import { MetadataExchange } from './metadata-exchange.ts'
import { peerViews } from './peer-views.ts'
import { ownHandshake } from './own-handshake.ts'
import { PexExchange } from './pex/pex-exchange.ts'
import type { PickerHandle } from './picker/picker-handle.ts'
import type { TorrentEvents } from './torrent-events.ts'
import { UploadOnly } from './upload-only/upload-only.ts'
import { WebSeeds } from './web-seeds/web-seeds.ts'

export class EngineTorrent {
  readonly #infoHash: string
  readonly #torrent: Torrent
  readonly #events: TorrentEvents
  readonly #client: ClientFacts
  readonly #pex: PexExchange
  readonly #metadata: MetadataExchange
  readonly #connections: TorrentConnections
  readonly #uploadOnly: UploadOnly
  #isPublic: boolean
  #content: Content | undefined
  #webSeeds: WebSeeds | undefined
  #webSeedUrls: readonly string[] = []
  readonly #exchange: Exchange
  #closed = false

  constructor(
    infoHash: string,
    torrent: Torrent,
    content: Content | undefined,
    client: ClientFacts,
    events: TorrentEvents,
    exchange: Exchange,
  ) {
    this.#infoHash = infoHash
    this.#torrent = torrent
    this.#client = client
    this.#events = events
    this.#metadata = new MetadataExchange(infoHash, content?.rawInfo, (rawInfo) => {
      if (!this.#closed) events.onMetadata(rawInfo)
    })
    this.#content = content
    this.#isPublic = content?.info.private === false
    const { gate } = client
    this.#pex = new PexExchange({
      isPublic: () => this.#isPublic,
      wantNothing: () => exchange.wantsNothing,
      mayTell: (host, to) => gate.admits(host) && (!gate.isOpened(host) || gate.isOpened(to)),
      onPeer: (address) => this.addPeer(address, 'ut_pex'),
    })
    fallBackToPlain(torrent)
    this.#exchange = exchange
    this.#connections = new TorrentConnections(torrent, client)
    this.#uploadOnly = new UploadOnly(torrent, {
      wantNothing: () => exchange.wantsNothing,
      mayTell: () => !exchange.isSuperSeeding,
      onNeedless: (wire, address) => this.#connections.spare(wire, address),
      onWanting: () => this.#connections.recall(),
    })
    torrent._verifyPieces = (callback) => callback(null) // the bits were proved before it was opened
    torrent.on('badPiece', (from: readonly object[]) => this.#onBadPiece(from))
    torrent.on('wire', (wire: Wire, address: string) => this.#onWire(wire, address))
    torrent.on('verified', (index: number) => events.onVerified(index))
    torrent.on('metadata', () => {
      for (const wire of [...torrent.wires]) tellPieces(torrent, wire)
      torrent.metadata = true // the engine must not keep an encoding of its own
    })
    torrent.once('ready', () => this.#onReady())
    torrent.on('warning', () => undefined)
    torrent.on('error', (error: unknown) => {
      this.#closed = true
      this.#webSeeds?.close()
      events.onFailed(error)
    })
  }

  get numPeers(): number {
    return this.#torrent.wires.length
  }

  get numSeeds(): number {
    return this.#torrent.wires.filter(isSeed).length
  }

  /** What chooses the blocks to ask for, once it is ready. */
  get picker(): PickerHandle | undefined {
    return this.#exchange.picker
  }

  /** Obeys options from now on. */
  configure(options: TorrentOptions): void {
    this.#connections.setMost(options.max_peers === 0 ? Infinity : options.max_peers)
    this.#exchange.configure(options)
    this.#uploadOnly.changed()
  }

  /** Wants pieces by these priorities from now on, 0 (not at all) to 7. */
  prioritize(priorities: Uint8Array): void {
    if (this.#content) this.#content = { ...this.#content, priorities }
    this.picker?.setPriority(priorities)
  }

  /** Its web seeds; undefined before it is ready. */
  webSeeds(now: number): WebSeedView[] | undefined {
    return this.#webSeeds?.views(now)
  }

  /** Asks these web seeds (BEP 19) from now on; before the first call none. */
  changeWebSeeds(urls: readonly string[]): void {
    this.#webSeedUrls = urls
    if (!this.#closed) this.#webSeeds?.change(urls)
  }

  /** A private torrent (BEP 27), whose peers came by its trackers alone, leaves them all; gives whether it is one. */
  leaveTracked(): boolean {
    if (this.#closed || this.#torrent.private !== true) return false
    this.#connections.leaveAll()
    return true
  }

  /** Connections that are open or being opened. */
  get connections(): number {
    return this.#connections.count
  }

  /** Connections whose peers have shaken hands. */
  get wires(): readonly Wire[] {
    return this.#closed ? [] : this.#torrent.wires
  }

  /** Dials a peer, `host:port`; addresses that are not allowed are left out. Those by LSD were judged before. */
  addPeer(address: string, source: PeerSource): void {
    if (this.#closed) return
    if (source === 'lsd') this.#client.localPeers.admit(address)
    this.#connections.add(address, source)
  }

  /** Dials a peer, `host:port`, that a caller names. */
  dialPeer(address: string): DialAnswer {
    if (this.#torrent.private === true) return 'private'
    if (!this.#client.gate.mayDial(address)) return 'refused'
    return this.#connections.add(address, 'manual') ? 'added' : 'known'
  }

  /** The peers that have shaken hands. */
  peers(): PeerView[] {
    return this.#closed ? [] : peerViews(this.#torrent)
  }

  /** The connected peers that have each piece, see `availabilityOf`; undefined before the pieces are known. */
  availability(): Uint8Array | undefined {
    return this.#closed || this.#content === undefined ? undefined : availabilityOf(this.#torrent)
  }

  /** Closes the connections with peers that were banned. */
  sift(): void {
    if (!this.#closed) this.#connections.sift()
  }

  /** Gives the content to a torrent that was opened without. */
  supply(content: Content): void {
    const torrent = this.#torrent
    if (this.#closed) return
    this.#content = content
    torrent._preloadedStore = content.store
    torrent._startupBitfield = content.bits
    this.#isPublic = !content.info.private
    if (content.info.private) this.#goPrivate()
    else this.#pex.opened()
    void torrent._onMetadata(describe(this.#infoHash, content))
  }

  /** Closes every connection and the store; settles when both are closed. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#webSeeds?.close()
    await new Promise<void>((resolve) => this.#torrent.destroy({ destroyStore: false }, () => resolve()))
  }

  #onReady(): void {
    this.#webSeeds = this.#openWebSeeds(
      this.#exchange.ready({ ...this.#content, onWantedChanged: () => this.#uploadOnly.changed() }),
    )
    this.#uploadOnly.changed()
    this.#events.onReady()
  }

  #openWebSeeds(picker: PickerHandle): WebSeeds | undefined {
    if (this.#content === undefined) return undefined
    const [{ info }, urls] = [this.#content, this.#webSeedUrls]
    const { policy, userAgent, webSeedSlots: slots } = this.#client
    const onReceived = (bytes: number, signal: AbortSignal): Promise<void> | undefined => {
      this.#events.onDownloaded(bytes)
      return this.#exchange.receive(bytes, signal)
    }
    return new WebSeeds({ urls, info, picker, slots, client: { policy, userAgent }, onReceived })
  }

  #onWire(wire: Wire, address: string): void {
    if (!this.#connections.met(wire, address)) return
    Object.assign(wire.extendedHandshake, ownHandshake(this.#client, wire))
    tellPieces(this.#torrent, wire)
    this.#metadata.join(wire, () => this.#connections.refuse(wire, address))
    if (this.#client.pex && this.#torrent.private !== true) this.#pex.join(wire)
    this.#uploadOnly.join(wire, address)
    this.#exchange.join(wire)
    wire.on('download', (bytes: number) => this.#events.onDownloaded(bytes))
    wire.on('upload', (bytes: number) => this.#events.onUploaded(bytes))
  }

  #onBadPiece(from: readonly object[]): void {
    const wires = from.filter((source): source is Wire => 'peerId' in source) // the others are web seeds
    const sources = wires.flatMap((wire) => {
      const { remoteAddress: host, remotePort } = wire
      const port = readPeerAddress(listensAt(wire) ?? '')?.port ?? remotePort
      return host === undefined || port === undefined ? [] : [{ host, port }]
    })
    this.#client.badPiece(sources, from.length === 1)
  }

  /** A magnet that turns out private (BEP 27) leaves the DHT and whom it met there, by PEX or by LSD. */
  #goPrivate(): void {
    const torrent = this.#torrent
    torrent.private = true
    torrent.discovery?.destroy()
    torrent.discovery = null // the engine makes one without the DHT; destroyed twice, this one never says so
    this.#connections.leavePublic()
    for (const wire of [...torrent.wires]) wire.destroy()
  }
}
