/** Keeps the DHT from asking whom the session may not talk to, and from asking for what is not to be known. */
import type { DhtNode } from 'webtorrent'
import { toHex } from '../../../../protocol/info-hash.ts'

/** Queries for info hashes that are not `isWanted` fail before they leave, also within a running search. */
export function guardQueries(
  dht: DhtNode,
  admits: (host: string) => boolean,
  isWanted: (infoHash: string) => boolean,
): void {
  const { socket } = dht._rpc
  const query = socket.query.bind(socket)
  socket.query = (node, message, done) => {
    const infoHash = message.a?.info_hash
    const isRefused = infoHash !== undefined && !isWanted(toHex(infoHash))
    if (!isRefused && admits(node.host)) return query(node, message, done)
    setImmediate(() => done(new Error('not to be asked'), null, node))
    return 0
  }
}
