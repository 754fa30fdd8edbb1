/**
 * What meets the outside: the engine and the session's tracker client. Loaded with the first torrent, as they are
 * most of a session's memory, or by a spare thread while it waits for its session.
 */
import { createAddressPolicy } from '../../protocol/address-policy.ts'
import { HostShare } from '../../protocol/host-share.ts'
import { fromHex } from '../../protocol/info-hash.ts'
import { bitTorrentUserAgent } from '../../protocol/product.ts'
import type { SessionBoot, SessionEvent } from '../../protocol/session-rpc.ts'
import type { Bound } from './bind.ts'
import type { Engine } from './engine/engine.ts'
import type { TrackerClient } from './trackers/tracker-client.ts'

export interface Swarm {
  readonly engine: Engine
  readonly trackers: TrackerClient
}

/** How often room for connections that others gave up is used. */
const drainMs = 1000

/** How often the share of the host is looked at. */
const shareMs = 200

/** How often what is known of the DHT is kept. */
const dhtTableMs = 60_000

/** Tells what is worth keeping of the DHT, if anything. */
export function tellDhtTable(engine: Engine, post: (event: SessionEvent) => void): void {
  const table = engine.dhtTable
  if (table !== undefined) post({ type: 'dht_table', table })
}

/** Loads the code of what meets the outside. */
export async function loadSwarm() {
  const [{ Engine: LoadedEngine }, { TrackerClient: LoadedTrackers }, { guardedFetch }, { resolveHost }] =
    await Promise.all([
      import('./engine/engine.ts'),
      import('./trackers/tracker-client.ts'),
      import('../../outward/guarded-fetch.ts'),
      import('../../outward/resolve.ts'),
    ])
  return { LoadedEngine, LoadedTrackers, guardedFetch, resolveHost }
}

/** Opens the engine on the session's sockets. Rejects only for a bug or a changed engine. */
export async function openSwarm(
  boot: SessionBoot,
  bound: Bound,
  post: (event: SessionEvent) => void,
): Promise<Swarm> {
  const { LoadedEngine, LoadedTrackers, guardedFetch, resolveHost } = await loadSwarm()
  const policy = createAddressPolicy(boot.allowedPeerRanges)
  const common = { port: bound.port, userAgent: bitTorrentUserAgent, policy }
  const { dhtBootstrap, dhtTable, settings } = boot
  const engine = new LoadedEngine({
    ...bound,
    ...common,
    peerId: boot.sessionId,
    settings,
    dhtBootstrap,
    dhtTable,
    onBan: (ban) => post({ type: 'banned', ban }),
  })
  const share = new HostShare(boot.hostShare)
  engine.follow(share)
  setInterval(() => engine.follow(share), shareMs).unref()
  setInterval(() => engine.drain(), drainMs).unref()
  setInterval(() => tellDhtTable(engine, post), dhtTableMs).unref()
  const trackers = new LoadedTrackers({
    ...common,
    peerId: fromHex(boot.sessionId),
    announceSecret: boot.announceSecret,
    address: settings.announce_address,
    proxy: settings.tracker_proxy,
    proxyPolicy: createAddressPolicy(boot.allowedFetchRanges),
    fetch: guardedFetch,
    resolve: resolveHost,
    logBug: (message, fields) => post({ type: 'log', level: 'error', message, fields }),
  })
  return { engine, trackers }
}
