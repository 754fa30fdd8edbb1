/** A peer that speaks the extension protocol (BEP 10) and nothing more; it keeps what it is sent. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { decodeBencode, type BencodeDictionary } from '../../../src/protocol/bencode.ts'
import { encodeBencode, type EncodableDictionary } from '../../../src/protocol/bencode-encode.ts'
import { eventually } from '../../support/suite.ts'
import { WireFrames } from '../../support/wire-frames.ts'

const extended = 20
/** The number that this peer gives to the peer exchange. */
const ownPexId = 7

/** How a peer joins. */
export interface JoinOptions {
  readonly infoHash: string
  readonly port: number
  /** What else it says of itself. */
  readonly says?: EncodableDictionary
  /** Where it says that it listens. */
  readonly listenPort?: number
  /** The address it comes from. */
  readonly from?: string
}

export class ExtendedPeer {
  /** The other side's extended handshakes. */
  readonly handshakes: BencodeDictionary[] = []
  /** Messages of the peer exchange that came. */
  readonly exchanged: BencodeDictionary[] = []
  /** The other side serves it. */
  isUnchoked = false
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => undefined) // its end is seen by `isClosed`
    new WireFrames(socket, (message) => this.#hear(message))
  }

  /** Connects, shakes hands and has the other side's extended handshake. */
  static async join({
    infoHash,
    port,
    listenPort,
    says = {},
    from = '127.0.0.1',
  }: JoinOptions): Promise<ExtendedPeer> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from })
    await once(socket, 'connect')
    const peer = new ExtendedPeer(socket)
    const reserved = Buffer.from([0, 0, 0, 0, 0, 0x10, 0, 0])
    const hash = Buffer.from(infoHash, 'hex')
    socket.write(Buffer.concat([Buffer.from('\x13BitTorrent protocol'), reserved, hash, randomBytes(20)]))
    peer.#send(0, { m: { ut_pex: ownPexId }, p: listenPort, ...says })
    await eventually(10_000, 'the extended handshake', () => peer.handshakes.length > 0)
    return peer
  }

  get isClosed(): boolean {
    return this.#socket.closed
  }

  /** What the other side calls the peer exchange; undefined where it has none. */
  get pexId(): number | undefined {
    const names = this.handshakes[0]?.['m'] as BencodeDictionary | undefined
    return names?.['ut_pex'] as number | undefined
  }

  /** Sends a message of the peer exchange, or bytes that are none. */
  exchange(message: EncodableDictionary | Uint8Array): void {
    this.#send(this.pexId ?? 0, message)
  }

  /** Says more of itself (BEP 10). */
  shakeAgain(says: EncodableDictionary): void {
    this.#send(0, { m: {}, ...says })
  }

  /** Says that it is interested. */
  want(): void {
    this.#socket.write(Buffer.from([0, 0, 0, 1, 2]))
  }

  close(): void {
    this.#socket.destroy()
  }

  #send(id: number, message: EncodableDictionary | Uint8Array): void {
    const body = message instanceof Uint8Array ? message : encodeBencode(message)
    const head = Buffer.alloc(6)
    head.writeUInt32BE(2 + body.length)
    head[4] = extended
    head[5] = id
    this.#socket.write(Buffer.concat([head, body]))
  }

  #hear(message: Buffer): void {
    if (message[0] === 1) this.isUnchoked = true
    if (message[0] !== extended) return
    if (message[1] === 0) this.handshakes.push(dictionary(message.subarray(2)))
    if (message[1] === ownPexId) this.exchanged.push(dictionary(message.subarray(2)))
  }
}

function dictionary(bytes: Uint8Array): BencodeDictionary {
  return decodeBencode(bytes) as BencodeDictionary
}
