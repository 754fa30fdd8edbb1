/** How a seed and a leech come together: one is told to dial, or learns of the other in some way and dials. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeBencode } from '../../src/protocol/bencode-encode.ts'
import { startOpentracker } from '../peers/opentracker.ts'
import type { DialingPeer, Peer } from '../peers/peer.ts'
import { eventually } from '../support/suite.ts'
import type { DescribedContent } from './described-content.ts'

const announceWithinMs = 20_000

/** By `magnet`, the link names the peer (`x.pe`); `ipv6 tracker` is ours, since opentracker knows IPv4 only. */
export interface Meeting {
  dials: 'seed' | 'leech'
  by: 'itself' | 'magnet' | 'http tracker' | 'udp tracker' | 'ipv6 tracker'
  /** The address of the tracker; 127.0.0.1 without it. */
  trackerHost?: string
}

/** A running tracker of a meeting; `announced` resolves when it names somebody. */
export interface MeetingTracker {
  readonly url: string
  announced(): Promise<void>
  stop(): Promise<void>
}

/** The tracker that a meeting needs, if any. It knows the info hashes from its start. */
export async function startMeetingTracker(
  { by, trackerHost }: Meeting,
  { infoHash, announced }: Pick<DescribedContent, 'infoHash' | 'announced'>,
  waiting: Peer,
): Promise<MeetingTracker | undefined> {
  if (by === 'itself' || by === 'magnet') return undefined
  if (by === 'ipv6 tracker') return await startIpv6Tracker(waiting)
  const tracker = await startOpentracker(announced, trackerHost)
  return {
    url: by === 'udp tracker' ? tracker.udpUrl : tracker.httpUrl,
    announced: async () => {
      await eventually(announceWithinMs, 'an announce', async () => (await tracker.peers(infoHash)) > 0)
    },
    stop: () => tracker.stop(),
  }
}

/** Tells one peer to dial the other. */
export async function dial(from: Peer, to: Peer): Promise<void> {
  if (!isDialing(from)) throw new Error(`${from.name} cannot be told to dial`)
  await from.connect(to.host, to.port)
}

function isDialing(peer: Peer): peer is DialingPeer {
  return 'connect' in peer
}

/** Names the one that waits, on ::1, to whoever asks (BEP 7); a client on ::1 reaches nothing else. */
async function startIpv6Tracker({ port }: Peer): Promise<MeetingTracker> {
  const peers6 = Buffer.from([...Array<number>(15).fill(0), 1, port >> 8, port & 255])
  const server = createServer((_, response) => {
    response.setHeader('connection', 'close')
    response.end(encodeBencode({ interval: 1800, peers: '', peers6 }))
  })
  await once(server.listen(0, '::1'), 'listening')
  const { port: own } = server.address() as AddressInfo
  return {
    url: `http://[::1]:${own}/announce`,
    announced: () => Promise.resolve(), // it knows before it is told
    stop: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
