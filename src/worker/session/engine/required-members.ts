/** The private members of the engine that we rest on: a new version that moves one is refused, by name. */
import Wire from 'bittorrent-protocol'
import type WebTorrent from 'webtorrent'

const ofTorrent = [
  '_addPeer',
  '_checkDone',
  '_destroy',
  '_drain',
  '_markVerified',
  '_onMetadata',
  '_onWireWithMetadata',
  '_rechoke',
  '_registerPeer',
  '_update',
  '_updateSelections',
  '_updateWire',
  '_updateWireInterest',
  '_verifyPieces',
  'addPeer',
  'destroy',
  'removePeer',
] as const
const ofWire = [
  '_callback',
  '_onExtended',
  '_onMessageLength',
  '_onPiece',
  '_onRequest',
  '_processBuffer',
  '_pull',
  '_read',
  '_write',
  'end',
  '_parse',
  '_onMessage',
  '_onKeepAlive',
  '_push',
  'extended',
  'use',
  'request',
  'end',
  '_write',
  'cancel',
] as const

/** Throws naming every member that is missing. */
export function requireMembers(client: WebTorrent, torrentPrototype: object): void {
  const missing = [
    ...ofTorrent
      .filter((name) => typeof Reflect.get(torrentPrototype, name) !== 'function')
      .map((n) => `Torrent.${n}`),
    ...ofWire
      .filter((name) => typeof Reflect.get(Wire.prototype, name) !== 'function')
      .map((n) => `Wire.${n}`),
    ...(typeof client._connPool?._onConnection === 'function' ? [] : ['ConnPool._onConnection']),
  ]
  if (missing.length > 0) throw new Error(`the engine lacks ${missing.join(', ')}`)
}
