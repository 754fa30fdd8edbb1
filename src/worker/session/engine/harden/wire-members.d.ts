/** What the guards of a wire use of the engine, besides what `webtorrent.d.ts` says of it. */
declare module 'webtorrent' {
  export interface WireRequest {
    readonly piece: number
    readonly offset: number
    readonly length: number
    readonly callback: (error: Error | null, bytes?: Uint8Array) => void
  }

  export interface Wire {
    readonly amChoking: boolean
    readonly allowedFastSet: readonly number[]
    readonly peerRequests: WireRequest[]
    readonly extendedMapping: Readonly<Record<number, string>>
    downloaded: number
    uploaded: number
    /** Counts payload; gives bytes a second. */
    downloadSpeed(bytes?: number): number
    uploadSpeed(bytes?: number): number
    end: (this: Wire, bytes?: Uint8Array) => unknown
    /** Says a message: its number, the numbers in it, and what follows them. */
    _message(number: number, fields: readonly number[], bytes: Uint8Array | null): void
    /** Takes what goes to the peer; null ends it. */
    push: (bytes: Uint8Array | null) => boolean
    reject(index: number, offset: number, length: number): void
    readonly _ext: Record<string, MetadataExtension>
    readonly _encryptor: { decrypt(bytes: Uint8Array): Uint8Array } | null
    readonly _cryptoSyncPattern: unknown
    _buffer: Uint8Array[]
    _bufferSize: number
    readonly _parserSize: number
    /** Called with that many bytes. */
    readonly _parser: (this: Wire, bytes: Uint8Array) => void
    resume(): void
    readonly _readableState: { readonly buffered: number; highWaterMark: number }
    _parse(size: number, parser: (bytes: Uint8Array) => void): void
    _callback(request: WireRequest, error: Error | null, bytes: Uint8Array): void
    _onExtended: (this: Wire, number: number, bytes: Uint8Array) => void
    write(bytes: Uint8Array): boolean
    unchoke(): void
    handshake(infoHash: string, peerId: string, extensions: object): void
    _write(bytes: Uint8Array, done: (error?: Error | null) => void): void
    _onKeepAlive(): void
    _onRequest: (this: Wire, piece: number, offset: number, length: number) => void
    _onMessage: (this: Wire, bytes: Uint8Array) => void
    _onMessageLength: (this: Wire, header: Uint8Array) => void
    _processBuffer: (this: Wire) => void
  }
}
