/** Announces torrents in the DHT a few at a time, in the place of the engine's way, which is all at once. */
import type { DhtNode } from 'webtorrent'
import { toHex } from '../../../../protocol/info-hash.ts'

/** Announces that run together; each asks some tens of nodes. */
const mostAtOnce = 4
/** Between the beginnings of two: a thousand torrents take some four minutes. */
const spacingMs = 250
/** One that reached no node, or found no peer, is made again after this time, and then after twice as long. */
const retryMs = 5000
/** The engine announces by itself about as often. */
const longestRetryMs = 10 * 60_000

interface Waiting {
  readonly infoHash: string
  readonly port: number
  readonly retryMs: number
  readonly done: (error?: Error | null) => void
}

/**
 * `isWanted` says of an info hash whether it may be announced: it is there, and not private (BEP 27). `onAsked` is
 * called with each that is to be.
 */
export function queueAnnounces(
  dht: DhtNode,
  ownPort: number,
  isWanted: (infoHash: string) => boolean,
  onAsked?: (infoHash: string, port: number) => void,
): void {
  const announce = dht.announce.bind(dht)
  const waiting: Waiting[] = []
  /** Info hashes, and whether a peer was found. */
  const running = new Map<string, boolean>()
  let timer: NodeJS.Timeout | undefined

  const begin = (one: Waiting): void => {
    const { infoHash, port, done } = one
    running.set(infoHash, false)
    dht._tables.remove(infoHash) // what was looked up a moment ago is looked up again
    announce(infoHash, port, (error) => {
      const hasFound = running.get(infoHash) === true && !error
      running.delete(infoHash)
      if (hasFound || one.retryMs > longestRetryMs || !isWanted(infoHash)) done(error)
      else setTimeout(() => add({ ...one, retryMs: one.retryMs * 2 }), one.retryMs).unref()
      run()
    })
  }
  const run = (): void => {
    if (timer !== undefined || dht.destroyed || running.size >= mostAtOnce || dht.nodes.count() === 0) return
    const next = waiting.shift()
    if (next === undefined) return
    if (!isWanted(next.infoHash)) next.done(new Error('the torrent is gone, or private'))
    else begin(next)
    timer = setTimeout(() => {
      timer = undefined
      run()
    }, spacingMs).unref()
  }
  const add = (one: Waiting): void => {
    waiting.push(one)
    run()
  }

  dht.announce = (named, port, done) => {
    const infoHash = typeof named === 'string' ? named : toHex(named)
    // the engine calls this itself once it has looked up the nodes to announce to
    if (running.has(infoHash)) return announce(named, port, done)
    add({ infoHash, port, done, retryMs })
    onAsked?.(infoHash, port)
  }
  dht.on('node', run)
  dht.on('peer', (peer: { port: number }, named: Uint8Array) => {
    const infoHash = toHex(named)
    // one with our own port is most likely what we announced ourselves
    if (running.has(infoHash) && peer.port !== ownPort) running.set(infoHash, true)
  })
}
