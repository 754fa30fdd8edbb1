/** Finds a DHT node its first neighbours: those of a run before, and well-known ones. */
import { Resolver } from 'node:dns/promises'
import { isIPv4 } from 'node:net'
import type { DhtNode } from 'webtorrent'
import { readPeerAddress, writePeerAddress } from '../../../../protocol/peer-address.ts'
import type { StandIns } from './stand-ins.ts'

/** A table without nodes is looked at again after this time. */
const checkMs = 60_000
const mostKept = 200

/**
 * Asks the kept nodes and the bootstrap nodes, `host:port`, in, again whenever no node is left; those of the
 * other family and those that cannot be resolved are left out. Names are resolved by us: the engine's own way
 * would take threads that every session's files need. With `standIns` the node is one of IPv6.
 */
export function bootstrap(
  dht: DhtNode,
  standIns: StandIns | undefined,
  known: readonly string[],
  named: readonly string[],
): void {
  const add = dht.addNode.bind(dht)
  const addNode = async (address: string): Promise<void> => {
    const host = await hostOf(address, standIns)
    const port = Number(address.slice(address.lastIndexOf(':') + 1))
    if (host !== undefined && !dht.destroyed) add({ host, port })
  }
  const askIn = (): void => {
    for (const node of [...known, ...named]) void addNode(node)
  }
  dht.once('node', () => dht._bootstrap(true)) // the neighbours of our own id
  askIn()
  const timer = setInterval(() => {
    if (dht.destroyed) clearInterval(timer)
    else if (dht.nodes.count() === 0) askIn()
  }, checkMs).unref()
}

/** Nodes of the table, `host:port`. */
export function nodesOf(dht: DhtNode, standIns: StandIns | undefined): string[] {
  const shown = dht.nodes.toArray().flatMap(({ host: inside, port }) => {
    const host = standIns === undefined ? inside : standIns.host(inside)
    return host === undefined ? [] : [writePeerAddress({ host, port })]
  })
  return shown.slice(0, mostKept)
}

/** The host of an address as the node takes it; undefined where it has none of its family. */
async function hostOf(address: string, standIns: StandIns | undefined): Promise<string | undefined> {
  const name = readPeerAddress(address)?.host ?? address.slice(0, address.lastIndexOf(':'))
  if (isIPv4(name)) return standIns === undefined ? name : undefined
  if (name.includes(':')) return standIns?.of(name)
  const resolver = new Resolver({ timeout: 5000, tries: 2 })
  const hosts = await (standIns === undefined ? resolver.resolve4(name) : resolver.resolve6(name)).catch(
    () => [],
  )
  const [host] = hosts
  return host !== undefined && standIns !== undefined ? standIns.of(host) : host
}
