/**
 * The connections of one torrent, in the place of the engine's own way, which dials whoever is named, again
 * and again, and takes whoever comes.
 */
import { Socket } from 'node:net'
import type { EnginePeer, Torrent, Wire } from 'webtorrent'
import { readPeerAddress } from '../../../../protocol/peer-address.ts'
import type { ClientFacts } from '../client-facts.ts'
import { fitsMode } from '../encryption-modes.ts'
import { listensAt } from '../listens-at.ts'
import type { Diallable } from './dialler.ts'
import { takesPlaceOf } from './duplicates.ts'
import { PeerBook, sourceNamed, type PeerSource } from './peer-book.ts'

/** What a peer that was dialled may take for its handshake. */
const handshakeMs = 10_000
/** A private torrent (BEP 27) meets nobody whom these name. */
const publicSources: readonly PeerSource[] = ['dht', 'lsd', 'ut_pex']

export class TorrentConnections implements Diallable {
  readonly #torrent: Torrent
  readonly #client: ClientFacts
  readonly #book = new PeerBook()
  /** Addresses that are dialled or connected, with their hosts. */
  readonly #dialled = new Map<string, string>()
  readonly #addPeer: Torrent['_addPeer']
  /** Connections it may have of its own, those being opened included. */
  #most = Infinity

  constructor(torrent: Torrent, client: ClientFacts) {
    this.#torrent = torrent
    this.#client = client
    this.#addPeer = torrent._addPeer.bind(torrent)
    this.#replace()
    client.dialler.add(this)
    torrent.once('infoHash', () => client.dialler.kick())
    torrent.once('close', () => client.dialler.remove(this))
  }

  /** Connections that are open or being opened. */
  get count(): number {
    return this.#torrent.destroyed ? 0 : this.#torrent._numConns + this.#torrent._numPending
  }

  get halfOpen(): number {
    return this.#torrent.destroyed ? 0 : this.#torrent._numPending
  }

  /** Changes how many connections the torrent may have; those that are there stay. */
  setMost(most: number): void {
    this.#most = most
    this.#client.dialler.kick()
  }

  /** Has a peer dialled, `host:port`, when there is room; false where it may not be, or was known before. */
  add(address: string, source: PeerSource): boolean {
    if (!this.#client.gate.mayDial(address) || !this.#book.add(address, source)) return false
    this.#client.dialler.kick()
    return true
  }

  dialNext(now: number): boolean {
    const torrent = this.#torrent
    if (torrent.destroyed || torrent.infoHash === undefined || this.count >= this.#most) return false
    for (;;) {
      const next = this.#book.next(now)
      if (next === undefined) return false
      const host = readPeerAddress(next.address)?.host ?? ''
      if (!this.#client.gate.mayDial(next.address)) this.#book.bar(next.address)
      else if (this.#isConnected(next.address)) continue
      else if (!this.#client.addresses.hasRoom(host)) this.#book.ended(next.address, now)
      else if (this.#dial(next, host)) return true
    }
  }

  /** A peer shook hands. False where the connection leads nowhere, and is closed. */
  met(wire: Wire, address: string): boolean {
    const { peerId } = this.#client
    if (wire.peerId === peerId) {
      this.#leaveOurselves(wire, address)
      return false
    }
    if (!this.#mayStay(wire)) {
      this.#shutOut(wire, address)
      return false
    }
    if (!fitsMode(wire, this.#torrent.client.secure)) {
      wire.destroy()
      return false
    }
    const twin = this.#torrent.wires.find(
      (one) => one !== wire && !one.destroyed && one.peerId === wire.peerId,
    )
    if (twin && !takesPlaceOf(wire, twin, peerId)) {
      this.#leaveTo(twin, address)
      wire.destroy()
      return false
    }
    if (twin) {
      this.#leaveTo(wire, listensAt(twin) ?? '')
      twin.destroy()
    }
    this.#book.met(address, performance.now())
    const served = (): void => this.#book.served(address)
    wire.once('download', served).once('upload', served)
    this.#client.worth.watch(wire)
    wire.on('extended', () => {
      if (!this.#mayStay(wire)) this.#shutOut(wire) // where it listens is known now
    })
    return true
  }

  /** Closes a connection and leaves its address alone for a long time. */
  refuse(wire: Wire, address: string): void {
    this.#book.needless(address, performance.now())
    wire.destroy()
  }

  /** Closes a connection that neither end needs; its address is left alone until `recall`. */
  spare(wire: Wire, address: string): void {
    for (const one of [address, listensAt(wire)])
      if (one !== undefined) this.#book.spare(one, performance.now())
    wire.destroy()
  }

  /** Dials those again that were spared. */
  recall(): void {
    this.#book.recall(performance.now())
    this.#client.dialler.kick()
  }

  /** Leaves every peer that was found in a public way and meets none of them again. */
  leavePublic(): void {
    this.#book.refuse(publicSources)
    const found = [...this.#torrent._peers].filter(([, { source }]) =>
      publicSources.some((one) => one === source),
    )
    for (const [id] of found) this.#torrent.removePeer(id)
  }

  /** Leaves every peer and forgets whoever was named; they may be named again. */
  leaveAll(): void {
    this.#book.forgetAll()
    for (const id of [...this.#torrent._peers.keys()]) this.#torrent.removePeer(id)
  }

  /** Closes the connections that may not stay, and dials those at once who were kept away and may be met now. */
  sift(): void {
    const { gate, dialler } = this.#client
    for (const wire of [...this.#torrent.wires]) {
      if (!this.#mayStay(wire)) this.#shutOut(wire)
      else if (!fitsMode(wire, this.#torrent.client.secure)) wire.destroy()
    }
    this.#book.admit((address) => gate.mayDial(address), performance.now())
    dialler.kick()
  }

  #replace(): void {
    const torrent = this.#torrent
    torrent.addPeer = (address, source) => this.add(address, sourceNamed(source))
    torrent._addPeer = () => null // the engine's own attempts to reach a peer again
    // the engine would leave peers that choke us for 5 s while others wait to be dialled
    Object.defineProperty(torrent, '_numQueued', { get: () => 0 })
    const register = torrent._registerPeer.bind(torrent)
    torrent._registerPeer = (peer) => {
      if (peer.destroyed) return // closed at its handshake: the engine would list it once more
      const mayStay = peer.type !== 'tcpIncoming' || (this.count < this.#most && this.#client.makeRoom())
      if (!mayStay) {
        peer.destroy()
        return
      }
      register(peer)
      if (peer.type === 'tcpOutgoing') awaitHandshake(peer)
    }
    const remove = torrent.removePeer.bind(torrent)
    torrent.removePeer = (peer) => {
      remove(peer)
      this.#ended(typeof peer === 'string' ? peer : peer.id)
    }
  }

  #dial({ address, source }: { address: string; source: PeerSource }, host: string): boolean {
    this.#dialled.set(address, host)
    this.#client.addresses.add(host)
    if (this.#addPeer(address, 'tcp', source) !== null) return true
    this.#ended(address)
    return false
  }

  #ended(address: string): void {
    const host = this.#dialled.get(address)
    if (host === undefined) return
    this.#dialled.delete(address)
    this.#client.addresses.remove(host)
    this.#book.ended(address, performance.now())
    this.#client.dialler.kick()
  }

  /** Closes a connection with ourselves; the end that listens hears of it first, and finds where the other dialled. */
  #leaveOurselves(wire: Wire, address: string): void {
    const dialled = [...this.#torrent._peers.values()].find(
      ({ conn }) => conn instanceof Socket && conn.localPort === wire.remotePort,
    )
    if (dialled) this.#book.needless(dialled.id, performance.now())
    this.refuse(wire, address)
  }

  /** Whether a peer is connected already; its address then waits for the end of that connection. */
  #isConnected(address: string): boolean {
    const wire = this.#torrent.wires.find((one) => listensAt(one) === address)
    if (wire) this.#leaveTo(wire, address)
    return wire !== undefined
  }

  /** Leaves an address alone as long as this connection with its peer lasts. */
  #leaveTo(wire: Wire, address: string): void {
    this.#book.needless(address, performance.now())
    wire.once('close', () => this.#book.recallOne(address, performance.now()))
  }

  /** Closes a connection with a peer that may not stay; its address is left alone until it may be met. */
  #shutOut(wire: Wire, address = listensAt(wire)): void {
    if (address !== undefined) this.#book.bar(address)
    wire.destroy()
  }

  #mayStay(wire: Wire): boolean {
    const listening = readPeerAddress(listensAt(wire) ?? '')
    const port = listening?.port ?? wire.remotePort
    return this.#client.gate.mayStay(wire.remoteAddress ?? '', port)
  }
}

function awaitHandshake(peer: EnginePeer): void {
  peer.once('connect', () => {
    setTimeout(() => {
      if (typeof peer.wire?.peerId !== 'string') peer.destroy()
    }, handshakeMs).unref()
  })
}
