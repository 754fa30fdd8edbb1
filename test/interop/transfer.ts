/**
 * One transfer between two clients, whichever they are: content is made, the seed gets it, the two meet,
 * and what the leech has written is compared with it. Both clients end, whatever happens.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startOpentracker, type Tracker } from '../peers/opentracker.ts'
import type { DialingPeer, Peer, Source } from '../peers/peer.ts'
import { contentHash } from '../support/content.ts'
import { makeMetainfo, writeFiles, type MetainfoOptions } from '../support/metainfo.ts'
import { eventually, temporaryFolder } from '../support/suite.ts'

const seedWithinMs = 20_000
const announceWithinMs = 20_000
const transferWithinMs = 60_000
const name = 'content'

/** How the two come together: one is told to dial the other, or learns of it from a tracker and dials. */
export interface Meeting {
  dials: 'seed' | 'leech'
  by: 'itself' | 'http tracker' | 'udp tracker'
  /** The address of the tracker; 127.0.0.1 without it. */
  trackerHost?: string
}

/** What is transferred, between whom, and from what the leech starts. */
export interface Transfer {
  seed: () => Promise<Peer>
  leech: () => Promise<Peer>
  meeting: Meeting
  content: Pick<MetainfoOptions, 'content' | 'files' | 'pieceLength'>
  from: 'torrent' | 'magnet'
}

/** Resolves when the leech has the very content of the seed; rejects with the output of both. */
export async function transfer(what: Transfer): Promise<void> {
  await using things = new AsyncDisposableStack()
  const content = await makeContent(what, things)
  const peers: Peer[] = []
  try {
    const seed = things.adopt(await what.seed(), (peer) => peer.stop())
    const leech = things.adopt(await what.leech(), (peer) => peer.stop())
    peers.push(seed, leech)
    await meet(what, content, seed, leech)
    await leech.complete(transferWithinMs)
    const expected = contentHash(join(content.folder, name))
    const actual = contentHash(join(content.target, name))
    if (actual !== expected) throw new Error(`the leech has other content: ${actual} for ${expected}`)
  } catch (error) {
    const outputs = peers.map((peer) => `--- ${peer.name}\n${peer.output()}`).join('\n')
    throw new Error(`${String(error)}\n${outputs}`, { cause: error })
  }
}

/** The content on disk, where the leech puts its copy, and what tells clients about it. */
interface Content {
  folder: string
  target: string
  infoHash: string
  torrent: string
  magnet: string
  tracker: Tracker | undefined
}

async function makeContent(what: Transfer, things: AsyncDisposableStack): Promise<Content> {
  const [folder, target] = [temporaryFolder(), temporaryFolder()]
  const made = makeMetainfo({ ...what.content, name })
  writeFiles(folder, made)
  const tracker = await makeTracker(what.meeting, made.infoHash, things)
  const urls = tracker ? [what.meeting.by === 'udp tracker' ? tracker.udpUrl : tracker.httpUrl] : []
  const torrent = join(temporaryFolder(), 'content.torrent')
  writeFileSync(torrent, makeMetainfo({ ...what.content, name, trackers: urls }).bytes)
  const tr = urls.map((url) => `&tr=${encodeURIComponent(url)}`).join('')
  const magnet = `magnet:?xt=urn:btih:${made.infoHash}&dn=${name}${tr}`
  return { folder, target, infoHash: made.infoHash, torrent, magnet, tracker }
}

/** The tracker serves only the info hashes that it knows from its start, so that it comes after the content. */
async function makeTracker(
  meeting: Meeting,
  infoHash: string,
  things: AsyncDisposableStack,
): Promise<Tracker | undefined> {
  if (meeting.by === 'itself') return undefined
  return things.adopt(await startOpentracker([infoHash], meeting.trackerHost), (tracker) => tracker.stop())
}

/** The one that dials comes second, when the other one listens and is known to the tracker. */
async function meet(what: Transfer, content: Content, seed: Peer, leech: Peer): Promise<void> {
  const source: Source = what.from === 'magnet' ? { magnet: content.magnet } : { torrent: content.torrent }
  const steps = {
    seed: async () => {
      await seed.add({ torrent: content.torrent }, content.folder)
      await seed.complete(seedWithinMs)
    },
    leech: () => leech.add(source, content.target),
  }
  const { dials, by } = what.meeting
  await steps[dials === 'seed' ? 'leech' : 'seed']()
  if (content.tracker) await announced(content.tracker, content.infoHash)
  await steps[dials]()
  if (by === 'itself') dial(dials === 'seed' ? seed : leech, dials === 'seed' ? leech : seed)
}

async function announced(tracker: Tracker, infoHash: string): Promise<void> {
  await eventually(announceWithinMs, 'the first announce', async () => (await tracker.peers(infoHash)) > 0)
}

function dial(from: Peer, to: Peer): void {
  if (!isDialing(from)) throw new Error(`${from.name} cannot be told to dial`)
  from.connect(to.host, to.port)
}

function isDialing(peer: Peer): peer is DialingPeer {
  return 'connect' in peer
}
