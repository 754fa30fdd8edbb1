/**
 * What meets the outside: the engine and the session's tracker client. Loaded with the first torrent: they
 * are most of a session's memory.
 */
import { createAddressPolicy } from '../../protocol/address-policy.ts'
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

/** Opens the engine on the session's sockets. Rejects only for a bug or a changed engine. */
export async function openSwarm(
  boot: SessionBoot,
  bound: Bound,
  post: (event: SessionEvent) => void,
): Promise<Swarm> {
  const [{ Engine: LoadedEngine }, { TrackerClient: LoadedTrackers }, { guardedFetch }, { resolveHost }] =
    await Promise.all([
      import('./engine/engine.ts'),
      import('./trackers/tracker-client.ts'),
      import('../../outward/guarded-fetch.ts'),
      import('../../outward/resolve.ts'),
    ])
  const policy = createAddressPolicy(boot.allowedPeerRanges)
  const common = { port: bound.port, userAgent: bitTorrentUserAgent, policy }
  const engine = new LoadedEngine({ ...bound, ...common, peerId: boot.sessionId, settings: boot.settings })
  setInterval(() => engine.drain(), drainMs).unref()
  const trackers = new LoadedTrackers({
    ...common,
    peerId: fromHex(boot.sessionId),
    fetch: guardedFetch,
    resolve: resolveHost,
    logBug: (message, fields) => post({ type: 'log', level: 'error', message, fields }),
  })
  return { engine, trackers }
}
