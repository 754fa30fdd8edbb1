/** A peer that says exactly what a test tells it to, message by message (BEP 3 and 6). */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { MadeMetainfo } from '../../support/metainfo.ts'
import { eventually } from '../../support/suite.ts'
import { WireFrames } from '../../support/wire-frames.ts'

/** Messages by their numbers. */
export const message = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  have: 4,
  request: 6,
  piece: 7,
  cancel: 8,
  haveAll: 14,
  haveNone: 15,
  reject: 16,
  allowedFast: 17,
} as const

/** A request as it came. */
export interface Request {
  readonly piece: number
  readonly offset: number
  readonly length: number
}

export class ScriptedPeer {
  /** Requests that came, in their order. */
  readonly requests: Request[] = []
  readonly cancels: Request[] = []
  /** Pieces that the other side told it has got. */
  readonly haves: number[] = []
  /** The other side is interested. */
  hasInterest = false
  readonly #made: MadeMetainfo
  readonly #socket: Socket
  readonly #frames: WireFrames

  private constructor(made: MadeMetainfo, socket: Socket) {
    this.#made = made
    this.#socket = socket
    socket.on('error', () => undefined) // its end is seen by what does not come
    this.#frames = new WireFrames(socket, (body) => this.#hear(body))
  }

  /** Connects and shakes hands, with the fast extension. */
  static async join(made: MadeMetainfo, port: number): Promise<ScriptedPeer> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const peer = new ScriptedPeer(made, socket)
    const reserved = Buffer.from([0, 0, 0, 0, 0, 0, 0, 4])
    const infoHash = Buffer.from(made.infoHash, 'hex')
    socket.write(Buffer.concat([Buffer.from('\x13BitTorrent protocol'), reserved, infoHash, randomBytes(20)]))
    await eventually(10_000, 'the handshake', () => peer.#frames.isShaken)
    return peer
  }

  /** Sends a message with these numbers of four bytes, and bytes after them. */
  send(type: keyof typeof message, numbers: readonly number[] = [], bytes: Buffer = Buffer.alloc(0)): void {
    const head = Buffer.alloc(5 + numbers.length * 4)
    head.writeUInt32BE(1 + numbers.length * 4 + bytes.length)
    head[4] = message[type]
    numbers.forEach((number, place) => head.writeUInt32BE(number, 5 + place * 4))
    this.#socket.write(Buffer.concat([head, bytes]))
  }

  /** Sends what was asked for. */
  answer({ piece, offset, length }: Request): void {
    const start = piece * this.#made.pieceLength + offset
    this.send('piece', [piece, offset], this.#made.content.subarray(start, start + length))
  }

  close(): void {
    this.#socket.destroy()
  }

  #hear(body: Buffer): void {
    if (body[0] === message.interested) this.hasInterest = true
    if (body[0] === message.have) this.haves.push(body.readUInt32BE(1))
    if (body[0] !== message.request && body[0] !== message.cancel) return
    const [piece, offset, length] = [body.readUInt32BE(1), body.readUInt32BE(5), body.readUInt32BE(9)]
    const list = body[0] === message.request ? this.requests : this.cancels
    list.push({ piece, offset, length })
  }
}
