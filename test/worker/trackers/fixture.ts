/** A tracker client on loopback with the real fetch and resolver, and torrents to announce by it. */
import { randomBytes } from 'node:crypto'
import type { Test } from 'uvu'
import { createAddressPolicy } from '../../../src/protocol/address-policy.ts'
import type { PeerAddress } from '../../../src/protocol/peer-address.ts'
import { guardedFetch } from '../../../src/outward/guarded-fetch.ts'
import { resolveHost } from '../../../src/outward/resolve.ts'
import type { AnnounceStats, AnnounceSubject } from '../../../src/worker/session/trackers/announce-subject.ts'
import {
  TrackerClient,
  type TrackerClientOptions,
} from '../../../src/worker/session/trackers/tracker-client.ts'
import { stopTrackers } from '../../support/recording-tracker.ts'
import { suite } from '../../support/suite.ts'

const loopback = createAddressPolicy(['127.0.0.0/8', '::1/128'])
export const peerId = Uint8Array.from([
  ...Buffer.from('-RT0001-'),
  0,
  255,
  37,
  38,
  61,
  32,
  43,
  10,
  9,
  1,
  2,
  3,
])
export const userAgent = 'RestTorrent/0.1.0'
const noGap = { inFlight: 20, inFlightPerHost: 10, gapMs: 0 }

const clients = new Set<TrackerClient>()

/** A suite that ends the clients and trackers of each test. */
export function trackerSuite(name: string): Test {
  const test = suite(name)
  test.after.each(async () => {
    await Promise.all([...clients].map((one) => one.close(0)))
    clients.clear()
    await stopTrackers()
  })
  return test
}

/** A client on loopback that knows no bugs. */
export function client(options: Partial<TrackerClientOptions> = {}): TrackerClient {
  const made = new TrackerClient({
    peerId,
    announceSecret: 'secret',
    port: 6881,
    userAgent,
    policy: loopback,
    proxyPolicy: loopback,
    fetch: guardedFetch,
    resolve: resolveHost,
    logBug: (message, fields) => {
      throw new Error(message, { cause: fields['error'] })
    },
    pace: noGap,
    random: () => 0,
    ...options,
  })
  clients.add(made)
  return made
}

/** A torrent whose numbers a test sets. */
export class Subject implements AnnounceSubject {
  readonly infoHash = randomBytes(20).toString('hex')
  readonly tiers: readonly (readonly string[])[]
  readonly peers: PeerAddress[] = []
  numbers: AnnounceStats = { uploaded: 0, downloaded: 0, left: 1000, numPeers: 0, complete: false }

  constructor(...tiers: (readonly string[])[]) {
    this.tiers = tiers
  }

  /** How often a tracker took its completion. */
  told = 0

  owesCompleted(): boolean {
    return this.numbers.complete && this.numbers.downloaded > 0 && this.told === 0
  }

  onCompletedTold(): void {
    this.told += 1
  }

  stats(): AnnounceStats {
    return this.numbers
  }

  onPeers(peers: readonly PeerAddress[]): void {
    this.peers.push(...peers)
  }
}
