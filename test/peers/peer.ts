/** What the tests ask of every real BitTorrent client, whichever it is. */

/** What to add: the path of a .torrent file, or a magnet link. */
export type Source = { torrent: string } | { magnet: string }

export type Encryption = 'disabled' | 'enabled' | 'forced'

/** How a client is started; without a host it is on 127.0.0.1. */
export interface PeerOptions {
  encryption?: Encryption
  host?: string
  /** The command that runs it somewhere else, such as in a network namespace. */
  prefix?: readonly string[]
}

/** A running client with one or no torrent. */
export interface Peer {
  readonly name: string
  readonly host: string
  /** The TCP port where it takes peers. */
  readonly port: number
  /** Adds the torrent over `folder`: what is there is checked and seeded, the rest is downloaded. */
  add(source: Source, folder: string): Promise<void>
  /** Resolves when it has the whole torrent; rejects with its output at the deadline. */
  complete(deadlineMs: number): Promise<void>
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>
  /** The last that the process printed. */
  output(): string
}

/** A client that can be told which peers to dial. */
export interface DialingPeer extends Peer {
  /** Dials a peer for the torrent that was added. */
  connect(host: string, port: number): Promise<void>
}
