/**
 * What we use of WebTorrent 3.0.21, which ships no types. Members that begin with an underscore are private
 * to it: each is listed in `required-members.ts` and its presence is checked when the engine is made.
 */
declare module 'webtorrent' {
  import type { EventEmitter } from 'node:events'
  import type { Server, Socket } from 'node:net'

  export interface Wire extends EventEmitter {
    readonly type: string
    readonly peerId: string
    readonly remoteAddress: string | undefined
    readonly remotePort: number | undefined
    readonly destroyed: boolean
    readonly extendedHandshake: Record<string, unknown>
    readonly ut_metadata: MetadataExtension
    /** What the peer calls its extensions; 0 takes one back. */
    readonly peerExtendedMapping: Record<string, number>
    /** 1: the handshake was encrypted; 2: everything is. */
    readonly _encryptionMethod: number | null | undefined
    readonly peerExtensions: { readonly extended: boolean }
    _sendExtendedHandshake(): void
    use(extension: new (wire: Wire) => WireExtension): void
    extended(name: string, bytes: Uint8Array): void
    readonly peerInterested: boolean
    choke(): void
    haveAll: () => void
    haveNone(): void
    bitfield: (bytes: unknown) => void
    unchoke(): void
    destroy(): void
    _write(bytes: Uint8Array, done: (error: Error | null) => void): void
  }

  /** An extension of a wire; its prototype has a `name`. */
  export interface WireExtension {
    onExtendedHandshake(): void
    onMessage(bytes: Uint8Array): void
  }

  /** Called by the wire when something comes for the extension. */
  export interface MetadataExtension {
    onMessage: (bytes: Uint8Array) => void
    onExtendedHandshake: (handshake: Record<string, unknown>) => void
    setMetadata: (metadata: unknown) => Promise<boolean>
  }

  export interface TorrentDescription {
    infoHash: string
    name: string
    announce: string[]
    urlList: string[]
    info?: object
    infoBuffer?: Uint8Array
    private?: boolean
    length?: number
    pieceLength?: number
    lastPieceLength?: number
    pieces?: string[]
    files?: { path: string; name: string; length: number; offset: number }[]
  }

  export interface Torrent extends EventEmitter {
    /** Absent until the engine has taken the description in, some microtasks after `add`. */
    readonly infoHash: string | undefined
    readonly client: WebTorrent
    readonly destroyed: boolean
    readonly done: boolean
    readonly ready: boolean
    readonly wires: Wire[]
    readonly pieces: unknown[]
    metadata: unknown
    discovery: { destroy(callback?: () => void): void } | null
    private: boolean | undefined
    addPeer: (address: string, source?: string) => boolean
    removePeer(peer: string | EnginePeer): void
    select(start: number, end: number, priority?: number): void
    destroy(options: { destroyStore: boolean } | null, callback?: (error?: Error | null) => void): void
    _preloadedStore: unknown
    _startupBitfield: Uint8Array | undefined
    _numConns: number
    _numPending: number
    _peers: Map<string, Pick<EnginePeer, 'id' | 'wire' | 'conn'> & { readonly source: string | null }>
    _rechoke(): void
    _onWireWithMetadata(wire: Wire): void
    _registerPeer(peer: EnginePeer): void
    _addPeer: (peer: unknown, type: string, source: string | null) => EnginePeer | null
    _onMetadata(metadata: TorrentDescription): Promise<void>
    _verifyPieces(callback: (error: Error | null) => void): void
  }

  /** One connection to a peer, from its dialling on. */
  export interface EnginePeer extends EventEmitter {
    readonly type: string
    readonly id: string
    /** `host:port` */
    readonly addr: string
    readonly destroyed: boolean
    /** 0: without encryption; 1: encryption is offered. */
    secure: number
    /** Absent until connected; without a `peerId` until the peer's handshake. */
    readonly wire: Wire | null
    /** Its socket, once connected. */
    readonly conn: object | null
    /** Brings what comes from `conn` to the wire, and back. */
    setThrottlePipes: (this: EnginePeer) => void
    destroy(): void
  }

  export default class WebTorrent extends EventEmitter {
    constructor(options: object)
    readonly peerId: string
    /** Of the DHT, 40 hex digits. */
    readonly nodeId: string
    readonly torrents: Torrent[]
    readonly destroyed: boolean
    readonly dht: DhtNode | false | null
    maxConns: number
    /** 0: without encryption; 1: encryption is offered; 2: RC4 or nothing. Read at each connection. */
    secure: 0 | 1 | 2
    _connPool: ConnectionPool | null
    add(torrent: TorrentDescription, options: object): Torrent
    /** What a connection asks for, by its info hash. */
    get: (infoHash: string) => Promise<Torrent | null>
    /** The same by what an encrypted handshake says of it, in hex. */
    _getByHash: (hashed: string) => Promise<Torrent | null>
    destroy(callback: (error?: Error | null) => void): void
    throttleDownload(rate: number): void
    throttleUpload(rate: number): void
  }

  export interface ConnectionPool {
    readonly tcpServer: Server
    /** Connections that have not said which torrent they want; null once it is destroyed. */
    readonly _pendingConns: Set<Socket> | null
    _onConnection(socket: Socket, type: 'tcp'): void
  }

  export interface DhtNode extends EventEmitter {
    readonly destroyed: boolean
    readonly nodes: { count(): number; toArray(): { host: string; port: number }[] }
    /** One with an id is put into the table, else it is asked for its id first. */
    addNode(node: { host: string; port: number; id?: Uint8Array }): void
    destroy(done: () => void): void
    listen(): void
    /** The nodes found by the last searches, by info hash. */
    readonly _tables: { remove(infoHash: string): void }
    announce(infoHash: string | Uint8Array, port: number, done: (error?: Error | null) => void): void
    /** Looks for the nodes nearest to its own id. */
    _bootstrap(populate: boolean): void
    readonly _rpc: { readonly socket: KrpcSocket }
  }

  export interface KrpcSocket {
    query(
      node: { host: string; port: number },
      message: { a?: { info_hash?: Uint8Array } },
      done: (error: Error | null, answer: null, node: { host: string; port: number }) => void,
    ): number
  }
}

declare module 'bittorrent-dht' {
  import type { DhtNode } from 'webtorrent'

  export const Client: { new (options: object): DhtNode }
}

declare module 'bittorrent-protocol' {
  import type { Wire as WireObject } from 'webtorrent'

  const Wire: {
    new (type?: string, secure?: number): WireObject
    readonly prototype: WireObject
  }
  export default Wire
}

declare module 'webtorrent/lib/peer.js' {
  import type { EnginePeer } from 'webtorrent'

  const Peer: {
    new (id: string, type: string): EnginePeer
    readonly prototype: EnginePeer
  }
  export default Peer
}
