/**
 * One transfer between two clients, whichever they are: content is made, the seed gets it, the two meet,
 * and what the leech has written is compared with it. Both clients end, whatever happens.
 */
import { join } from 'node:path'
import type { Peer, Source } from '../peers/peer.ts'
import { contentHash } from '../support/content.ts'
import { temporaryFolder } from '../support/suite.ts'
import { describeContent, type ContentOptions, type DescribedContent } from './described-content.ts'
import { dial, startMeetingTracker, type Meeting, type MeetingTracker } from './meeting.ts'

const seedWithinMs = 20_000
const transferWithinMs = 60_000

/** What is transferred, between whom, and from what the leech starts. */
export interface Transfer {
  seed: () => Promise<Peer>
  leech: () => Promise<Peer>
  meeting: Meeting
  content: ContentOptions
  from: 'torrent' | 'magnet'
}

interface Scene {
  seed: Peer
  leech: Peer
  content: DescribedContent
  tracker: MeetingTracker | undefined
  target: string
}

/** Resolves when the leech has the very content of the seed; rejects with the output of both. */
export async function transfer(what: Transfer): Promise<void> {
  await using things = new AsyncDisposableStack()
  const peers: Peer[] = []
  try {
    const content = describeContent(what.content)
    const seed = things.adopt(await what.seed(), (peer) => peer.stop())
    peers.push(seed)
    const leech = things.adopt(await what.leech(), (peer) => peer.stop())
    peers.push(leech)
    const waiting = what.meeting.dials === 'seed' ? leech : seed
    const tracker = await startMeetingTracker(what.meeting, content, waiting)
    if (tracker) things.defer(() => tracker.stop())
    const target = temporaryFolder()
    await meet(what, { seed, leech, content, tracker, target })
    await leech.complete(transferWithinMs)
    compare(content, target)
  } catch (error) {
    const outputs = peers.map((peer) => `--- ${peer.name}\n${peer.output()}`).join('\n')
    throw new Error(`${String(error)}\n${outputs}`, { cause: error })
  }
}

/** The one that dials comes second, when the other one listens and is known to the tracker. */
async function meet(what: Transfer, { seed, leech, content, tracker, target }: Scene): Promise<void> {
  const { dials, by } = what.meeting
  const [dialing, waiting] = dials === 'seed' ? [seed, leech] : [leech, seed]
  const torrent: Source = { torrent: content.torrent(tracker?.url) }
  const magnet: Source = { magnet: content.magnet(tracker?.url) + (by === 'magnet' ? naming(waiting) : '') }
  const add = {
    seed: async () => {
      await seed.add(torrent, content.folder)
      await seed.complete(seedWithinMs)
    },
    leech: () => leech.add(what.from === 'magnet' ? magnet : torrent, target),
  }
  await add[dials === 'seed' ? 'leech' : 'seed']()
  await tracker?.announced()
  await add[dials]()
  if (by === 'itself') await dial(dialing, waiting)
}

function naming({ host, port }: Peer): string {
  return `&x.pe=${host.includes(':') ? `[${host}]` : host}:${port}`
}

function compare({ folder, name }: DescribedContent, target: string): void {
  const expected = contentHash(join(folder, name))
  const actual = contentHash(join(target, name))
  if (actual !== expected) throw new Error(`the leech has other content: ${actual} for ${expected}`)
}
