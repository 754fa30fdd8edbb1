/**
 * Joins the wires of peers to their sockets without the engine's five streams between them: what comes is
 * read in place, and what is said in one turn goes out in one write.
 */
import { Socket } from 'node:net'
import Peer from 'webtorrent/lib/peer.js'
import type { EnginePeer, Wire } from 'webtorrent'
import { readInPlace } from '../../read-in-place.ts'
import { proceed } from '../harden/serve-requests.ts'
import { guardOf } from '../harden/wire-guard.ts'
import { Outbox } from './outbox.ts'

let isReplaced = false

/** Joins them so for every peer of this thread that is reached by a socket. May be called more than once. */
export function joinSockets(): void {
  if (isReplaced) return
  isReplaced = true
  const { prototype } = Peer
  const throughStreams = prototype.setThrottlePipes
  prototype.setThrottlePipes = function (this: EnginePeer) {
    if (this.conn instanceof Socket && this.wire) join(this, this.conn, this.wire)
    else throughStreams.call(this)
  }
}

function join(peer: EnginePeer, socket: Socket, wire: Wire): void {
  let isHeld = false
  const mayGoOn = (): boolean => !isHeld
  const goOn = (): void => {
    isHeld = false
    if (socket.isPaused()) socket.resume()
  }
  const take = (bytes: Uint8Array): boolean => {
    if (peer.destroyed) return true
    peer.emit('download', bytes.length)
    isHeld = true
    wire._write(bytes, goOn)
    if (!mayGoOn()) socket.pause()
    return mayGoOn()
  }
  socket.setNoDelay() // what belongs together is written together
  if (!readInPlace(socket, take)) socket.on('data', take)
  socket.resume()
  write(peer, socket, wire)
}

/** What the wire says goes to the socket, and not through the engine's stream: only its end does. */
function write(peer: EnginePeer, socket: Socket, wire: Wire): void {
  const outbox = new Outbox(socket, {
    onSent: (bytes) => {
      if (!peer.destroyed) peer.emit('upload', bytes)
    },
    onRoom: () => proceed(wire),
  })
  const guard = guardOf(wire)
  guard.unsent = () => outbox.unsent
  guard.copiesAtOnce = true
  const push = wire.push.bind(wire)
  wire.push = (bytes) => {
    if (bytes === null) return push(null)
    outbox.add(bytes)
    return true
  }
  wire.resume()
}
