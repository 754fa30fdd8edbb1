/** A connection to a session on which a test writes whatever bytes it likes, and what comes back. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { encodeBencode, type Encodable } from '../../src/protocol/bencode-encode.ts'
import { eventually } from '../support/suite.ts'
import { WireFrames } from '../support/wire-frames.ts'

/** Reserved bits of the handshake: the extension protocol, the DHT and the fast extension. */
const allReserved = Buffer.from([0, 0, 0, 0, 0, 0x10, 0, 0x05])
const answersWithinMs = 10_000
/** Longer than the 10 s that a handshake may take. */
const closesWithinMs = 15_000

/** A message with these numbers of four bytes and bytes after them, its length in front. */
export function frame(
  type: number,
  numbers: readonly number[] = [],
  bytes: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(5 + numbers.length * 4)
  head.writeUInt32BE(1 + numbers.length * 4 + bytes.length)
  head[4] = type
  numbers.forEach((number, place) => head.writeUInt32BE(number, 5 + place * 4))
  return Buffer.concat([head, bytes])
}

/** An extended message (BEP 10): 0 is the handshake. */
export function extended(number: number, body: Uint8Array | Encodable): Buffer {
  const bytes = body instanceof Uint8Array ? body : encodeBencode(body)
  return frame(20, [], Buffer.concat([Buffer.from([number]), bytes]))
}

/** The handshake of BEP 3. */
export function handshake(
  infoHash: string,
  peerId: Uint8Array = randomBytes(20),
  reserved = allReserved,
): Buffer {
  return Buffer.concat([
    Buffer.from('\x13BitTorrent protocol'),
    reserved,
    Buffer.from(infoHash, 'hex'),
    peerId,
  ])
}

export class RawPeer {
  readonly socket: Socket
  /** Messages that came, their numbers first. */
  readonly messages: Buffer[] = []
  onMessage: (body: Buffer) => void = (body) => void this.messages.push(body)
  isClosed = false
  readonly #frames: WireFrames

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => undefined) // its end is seen by 'close'
    socket.on('close', () => (this.isClosed = true))
    socket.on('end', () => socket.end())
    this.#frames = new WireFrames(socket, (body) => this.onMessage(body))
  }

  /** Connects and says nothing. */
  static async connect(port: number): Promise<RawPeer> {
    const socket = connect(port, '127.0.0.1')
    const peer = new RawPeer(socket)
    await once(socket, 'connect')
    return peer
  }

  /** Connects and shakes hands. */
  static async join(port: number, infoHash: string): Promise<RawPeer> {
    const peer = await RawPeer.connect(port)
    peer.send(handshake(infoHash))
    await eventually(answersWithinMs, 'the handshake', () => peer.#frames.isShaken)
    return peer
  }

  /** Writes bytes, if the other side still takes them. */
  send(...parts: readonly Uint8Array[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(parts))
  }

  /** Settles when the other side has closed the connection, in order or by a reset. */
  async closed(): Promise<void> {
    await eventually(closesWithinMs, 'the end of the connection', () => this.isClosed)
  }

  /** The number that the other side gave to an extension. */
  async extensionNumber(name: string): Promise<number> {
    return await eventually(answersWithinMs, name, () => {
      const said = this.messages.find((body) => body[0] === 20 && body[1] === 0)
      const place = said?.indexOf(`${name.length}:${name}i`) ?? -1
      if (!said || place < 0) return undefined
      return Number.parseInt(said.subarray(place + `${name.length}:${name}i`.length).toString('latin1'), 10)
    })
  }

  destroy(): void {
    this.socket.destroy()
  }
}
