/** Finds a DHT node its first neighbours: those of a run before, and well-known ones. */
import { Resolver } from 'node:dns/promises'
import { isIPv4 } from 'node:net'
import type { DhtNode } from 'webtorrent'
import type { DhtTable } from '../../../../protocol/dht-table.ts'

/** A table without nodes is looked at again after this time. */
const checkMs = 60_000
const mostKept = 200

/**
 * Asks the kept nodes and the bootstrap nodes, `host:port`, in, again whenever no node is left; those that
 * cannot be resolved are left out. Names are resolved by us: the engine's own way would take threads that
 * every session's files need.
 */
export function bootstrap(dht: DhtNode, known: readonly string[], named: readonly string[]): void {
  const askIn = (): void => {
    for (const node of known) void addNode(dht, node)
    for (const node of named) void addNode(dht, node)
  }
  dht.once('node', () => dht._bootstrap(true)) // the neighbours of our own id
  askIn()
  const timer = setInterval(() => {
    if (dht.destroyed) clearInterval(timer)
    else if (dht.nodes.count() === 0) askIn()
  }, checkMs).unref()
}

/** The nodes of the table, and the id that they know this one by. */
export function tableOf(dht: DhtNode, nodeId: string): DhtTable {
  const nodes = dht.nodes.toArray().map(({ host, port }) => `${host}:${port}`)
  return { nodeId, nodes: nodes.slice(0, mostKept) }
}

async function addNode(dht: DhtNode, address: string): Promise<void> {
  const at = address.lastIndexOf(':')
  const name = address.slice(0, at)
  const port = Number(address.slice(at + 1))
  const resolver = new Resolver({ timeout: 5000, tries: 2 })
  const [host] = isIPv4(name) ? [name] : await resolver.resolve4(name).catch(() => [])
  if (host !== undefined && !dht.destroyed) dht.addNode({ host, port })
}
