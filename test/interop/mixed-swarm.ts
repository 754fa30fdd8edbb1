/**
 * A swarm of mixed clients in which nobody has the whole: each begins with other pieces, jointly all of them,
 * and everybody must end with the very content. They meet at one tracker.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startOpentracker } from '../peers/opentracker.ts'
import type { Peer } from '../peers/peer.ts'
import { makeMetainfo, type MadeMetainfo } from '../support/metainfo.ts'
import { temporaryFolder } from '../support/suite.ts'
import { clients, type ClientName } from './clients.ts'

const pieceLength = 32 * 1024
/** Pieces that each client begins with. */
const share = 6

/** When a client had everything, since the first began. */
export interface Completion {
  readonly name: string
  readonly ms: number
}

/** Runs it to its end; rejects where a client has not the right hash within the deadline. */
export async function runSwarm(members: readonly ClientName[], deadlineMs: number): Promise<Completion[]> {
  const length = members.length * share * pieceLength - 12_345 // the last piece is a short one
  const options = { name: 'content', content: length, pieceLength }
  const made = makeMetainfo(options)
  await using things = new AsyncDisposableStack()
  const tracker = await startOpentracker([made.infoHash])
  things.defer(() => tracker.stop())
  const torrent = join(temporaryFolder(), 'content.torrent')
  writeFileSync(torrent, makeMetainfo({ ...options, trackers: [tracker.httpUrl] }).bytes)
  const startedAt = performance.now()
  // one after the other: aria2 binds its port only when it has a torrent
  const joined: { peer: Peer; folder: string; name: string }[] = []
  for (const [at, name] of members.entries()) {
    const peer = things.adopt(await clients[name].start({}), (one) => one.stop())
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'content'), partOf(made, at, members.length))
    await peer.add({ torrent }, folder)
    joined.push({ peer, folder, name: `${name} ${at + 1}` })
  }
  return await Promise.all(
    joined.map(async ({ peer, folder, name }) => {
      await peer.complete(deadlineMs)
      if (!readFileSync(join(folder, 'content')).equals(made.content))
        throw new Error(`${name} has other content`)
      return { name, ms: Math.round(performance.now() - startedAt) }
    }),
  )
}

/** The content with every piece of zeros but those of one member. */
function partOf({ content, pieceCount }: MadeMetainfo, member: number, members: number): Buffer {
  const part = Buffer.alloc(content.length)
  for (let piece = member; piece < pieceCount; piece += members) {
    const start = piece * pieceLength
    content.copy(part, start, start, start + pieceLength)
  }
  return part
}
