/** The WebTorrent client of a session: TCP only, and without what we do in its place. */
import WebTorrent from 'webtorrent'
import type { DhtSocket } from './dht/dht-socket.ts'
import { secureOf } from './encryption-modes.ts'
import type { EngineOptions } from './engine-options.ts'
import { requireMembers } from './required-members.ts'

/** Throws where it is not as required; later it throws out of the thread where its sockets fail. */
export function openClient(
  { peerId, userAgent, port, tcp, settings, dhtTable }: EngineOptions,
  dhtSocket: DhtSocket | undefined,
): WebTorrent {
  const client = new WebTorrent({
    peerId,
    userAgent,
    torrentPort: tcp,
    dht: dhtSocket?.options ?? false,
    dhtPort: port,
    nodeId: dhtTable?.nodeId,
    utPex: false,
    natUpnp: settings.upnp,
    natPmp: settings.nat_pmp,
    maxConns: Number.MAX_SAFE_INTEGER, // it is the dialler that counts
    tracker: false,
    lsd: false,
    utp: false,
    webSeeds: false,
    secure: secureOf[settings.encryption],
  })
  client.on('error', (error: unknown) => {
    throw error // a client without its sockets is of no use: the supervisor brings the session back
  })
  requireMembers('Client', client)
  requireMembers('ConnPool', client._connPool)
  return client
}
