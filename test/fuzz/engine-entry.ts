/** The engine's own parsers as the session's bundle has them: its wires, guarded, and its DHT node. */
import { EventEmitter } from 'node:events'
import DHT from 'bittorrent-dht'
import Wire from 'bittorrent-protocol'
import { hardenWires } from '../../src/worker/session/engine/harden/harden-wires.ts'
import { guardOf } from '../../src/worker/session/engine/harden/wire-guard.ts'

const facts = { pieceCount: 100, pieceLength: 16_384, length: 100 * 16_384 }

hardenWires()

/** Reads a stream of a peer whose handshake came first. */
export function readStream(bytes: Uint8Array, isEncrypted: boolean): void {
  const wire = new Wire('tcpIncoming', isEncrypted ? 1 : 0)
  wire.on('error', () => undefined)
  Object.assign(guardOf(wire), { facts, has: (piece: number) => piece < 50 })
  wire.on(
    'request',
    (_piece: number, _offset: number, length: number, respond: (error: null, bytes: Buffer) => void) =>
      respond(null, Buffer.alloc(length)),
  )
  wire._write(bytes, () => undefined)
  wire.destroy()
}

class Datagrams extends EventEmitter {
  sent = 0

  bind(): void {
    this.emit('listening')
  }

  address(): object {
    return { address: '127.0.0.1', port: 6881 }
  }

  send(): void {
    this.sent += 1
  }

  close(): void {
    this.emit('close')
  }
}

/** A DHT node without a network. */
export class QuietNode {
  readonly #socket = new Datagrams()
  readonly #node = new DHT({ bootstrap: false, socket: this.#socket })

  receive(bytes: Buffer): void {
    this.#socket.emit('message', bytes, {
      address: '10.0.0.1',
      port: 6881,
      family: 'IPv4',
      size: bytes.length,
    })
  }

  close(): void {
    this.#node.destroy()
  }
}
