/** Puts a DHT node of the engine on one of the session's own UDP sockets, of either family. */
import type { Socket } from 'node:dgram'
import { Ipv6Socket } from './ipv6-socket.ts'
import { StandIns } from './stand-ins.ts'

export interface DhtSocket {
  readonly udp: Socket
  /** What the node takes for the addresses of IPv6; undefined on a socket of IPv4. */
  readonly standIns: StandIns | undefined
  /** For the node. */
  readonly options: { readonly bootstrap: false; readonly socket: object }
}

/** The socket is bound already, so its `bind` only says so. */
export function dhtSocket(udp: Socket): DhtSocket {
  udp.bind = () => {
    queueMicrotask(() => udp.emit('listening'))
    return udp
  }
  const standIns = udp.address().family === 'IPv6' ? new StandIns() : undefined
  return {
    udp,
    standIns,
    options: { bootstrap: false, socket: standIns === undefined ? udp : new Ipv6Socket(udp, standIns) },
  }
}
