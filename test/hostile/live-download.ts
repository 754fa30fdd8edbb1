/**
 * A session that downloads from a good peer while others do it harm. The good peer sends as many blocks as
 * it is told to, so that each step of a test sees the download go on, and the last one sees its end.
 */
import type { SessionView } from '../../src/protocol/session.ts'
import * as assert from 'uvu/assert'
import { makeMetainfo, type MadeMetainfo } from '../support/metainfo.ts'
import { startTestServer, type Overrides, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually } from '../support/suite.ts'
import type { Parameters } from '../support/faces.ts'
import { RawPeer, frame } from './raw-peer.ts'

const blockLength = 16 * 1024
const progressWithinMs = 15_000

export interface LiveDownload extends AsyncDisposable {
  readonly server: TestServer
  readonly session: SessionView
  readonly made: MadeMetainfo
  readonly port: number
  /** Settles when two more pieces of the good peer are verified: the session is alive and works. */
  goesOn(): Promise<void>
  /** Has the good peer send the rest; the torrent must be complete and the session never restarted. */
  finishes(): Promise<void>
}

/** Starts it; the content has a block a piece. */
export async function startDownload(
  pieceCount: number,
  overrides: Overrides = {},
  parameters: Parameters = {},
  sessionEntry?: URL,
): Promise<LiveDownload> {
  const server = await startTestServer({ ALLOW_PRIVATE: 'loopback', ...overrides }, sessionEntry)
  try {
    const made = makeMetainfo({ content: pieceCount * blockLength, pieceLength: blockLength })
    const session = await openSession(server.rest, { max_peers: 200, ...parameters })
    await addTorrent(server.rest, session, { file: made.bytes })
    await whenState(server.rest, session, made.infoHash, 'downloading')
    const good = await GoodPeer.join(session.port, made)
    return {
      server,
      session,
      made,
      port: session.port,
      goesOn: () => good.send(2),
      finishes: async () => {
        await good.send(pieceCount)
        await whenState(server.rest, session, made.infoHash, 'seeding')
        const now = await server.rest.call('get_session', { session_id: session.id })
        assert.is(now.restarts, 0)
        assert.is(now.state, 'running')
      },
      [Symbol.asyncDispose]: async () => {
        good.peer.destroy()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** A peer that has everything and sends as many blocks as it is told to. */
export class GoodPeer {
  readonly peer: RawPeer
  readonly #made: MadeMetainfo
  readonly #asked: Buffer[] = []
  #allowed = 0
  #verified = 0

  private constructor(peer: RawPeer, made: MadeMetainfo) {
    this.peer = peer
    this.#made = made
    peer.onMessage = (body) => this.#hear(body)
  }

  static async join(port: number, made: MadeMetainfo): Promise<GoodPeer> {
    const good = new GoodPeer(await RawPeer.join(port, made.infoHash), made)
    good.peer.send(frame(14), frame(1))
    return good
  }

  /** Answers so many more requests. */
  allow(count: number): void {
    this.#allowed += count
    this.#answer()
  }

  /** Answers so many more requests and waits until their pieces, or all, are verified. */
  async send(count: number): Promise<void> {
    const wanted = Math.min(this.#verified + count, this.#made.pieceCount)
    this.allow(count)
    await eventually(progressWithinMs, `piece ${wanted} of ${this.#made.pieceCount}`, () => {
      assert.not.ok(this.peer.isClosed, 'the good peer was closed')
      return this.#verified >= wanted
    })
  }

  #hear(body: Buffer): void {
    if (body[0] === 4) this.#verified += 1
    if (body[0] !== 6) return
    this.#asked.push(body)
    this.#answer()
  }

  #answer(): void {
    while (this.#allowed > 0) {
      const request = this.#asked.shift()
      if (!request) return
      this.#allowed -= 1
      const [piece, offset, length] = [
        request.readUInt32BE(1),
        request.readUInt32BE(5),
        request.readUInt32BE(9),
      ]
      const start = piece * this.#made.pieceLength + offset
      this.peer.send(frame(7, [piece, offset], this.#made.content.subarray(start, start + length)))
    }
  }
}
