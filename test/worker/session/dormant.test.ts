/** Finished torrents that nobody asks for: the engine does not have them until somebody does. */
import { existsSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { encodeBencode } from '../../../src/protocol/bencode-encode.ts'
import { factsOf, type ResumeState, type TorrentRecord } from '../../../src/protocol/records.ts'
import type { SessionEvent } from '../../../src/protocol/session-rpc.ts'
import { HostShare } from '../../../src/protocol/host-share.ts'
import { parseInfo } from '../../../src/protocol/torrent-info.ts'
import { defaultTorrentOptions } from '../../../src/protocol/torrent-options.ts'
import type { TorrentRow } from '../../../src/protocol/torrent.ts'
import { bindFirstFree } from '../../../src/worker/session/bind.ts'
import { Session } from '../../../src/worker/session/session.ts'
import { hashRange } from '../../../src/worker/tasks/hash-range.ts'
import { startLibtorrent, type LibtorrentPeer } from '../../peers/libtorrent.ts'
import type { Encryption } from '../../peers/peer.ts'
import { available } from '../../peers/tools.ts'
import { freePort } from '../../support/ports.ts'
import { makeMetainfo, writeFiles } from '../../support/metainfo.ts'
import { sessionSettings } from '../../support/session-record.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'

const dormant = suite('src/worker/session: dormant torrents')
const waitMs = 30_000
const made = makeMetainfo({ name: 'asleep', content: 100_000 })
const { infoHash } = made

/** A session with one torrent that has everything, and what it has told. */
class Sleeper {
  readonly session: Session
  readonly port: number
  /** Where its files are. */
  readonly folder: string
  readonly #events: SessionEvent[]

  private constructor(session: Session, port: number, folder: string, events: SessionEvent[]) {
    this.session = session
    this.port = port
    this.folder = folder
    this.#events = events
  }

  static async begin(trackers: string[][] = []): Promise<Sleeper> {
    const folder = realpathSync(temporaryFolder())
    writeFiles(folder, made)
    const events: SessionEvent[] = []
    const bound = await bindFirstFree([await freePort()], '127.0.0.1', false)
    const boot = {
      sessionId: '2d525430303031'.padEnd(40, '0'),
      generation: 1,
      ports: [],
      listenHost: '127.0.0.1',
      settings: { ...sessionSettings, pex: false },
      allowedPeerRanges: ['127.0.0.0/8'],
      allowedFetchRanges: [],
      hostShare: new HostShare().memory,
      announceSecret: '',
      dhtBootstrap: [],
      dhtTable: undefined,
      heartbeat: new SharedArrayBuffer(4),
      reportIntervalMs: 200,
      transfers: [],
      healMs: 1000,
      dormantAfterMs: 1000,
    }
    const session: Session = new Session(boot, bound, (event) => {
      events.push(event)
      if (event.type === 'hash_request')
        void session.hashed(event.requestId, { matches: hashRange(event.request) })
    })
    const sleeper = new Sleeper(session, bound.port, folder, events)
    await session.applyTorrent(record(folder, trackers))
    await eventually(waitMs, 'it seeds', () => sleeper.rows().at(-1)?.state === 'seeding')
    return sleeper
  }

  rows(): TorrentRow[] {
    return this.#events.flatMap((event) => (event.type === 'snapshot' ? event.rows : []))
  }

  /** What main would know of its pieces. */
  get bits(): SharedArrayBuffer | undefined {
    const told = this.#events.findLast((event) => event.type === 'activated')
    return told?.bits
  }

  /** The checkpoint that main would keep. */
  get resume(): ResumeState | undefined {
    const told = this.#events.findLast((event) => event.type === 'checkpoint')
    return told && { checkpoint: told.checkpoint, clean: true }
  }

  /** How often the engine was given the torrent. */
  get wakings(): number {
    return this.#events.filter(({ type }) => type === 'activating').length
  }

  /** Its last row is told once more when it falls asleep, as it was. */
  async fallsAsleep(): Promise<void> {
    await eventually(waitMs, 'it falls asleep', () => {
      const [before, last] = this.rows().slice(-2)
      return last?.num_peers === 0 && JSON.stringify(before) === JSON.stringify(last)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.stop()
  }
}

function record(saveFolder: string, trackers: string[][]): TorrentRecord {
  const { rawInfo, name } = made
  const source = { rawInfo, name, trackers, webSeeds: [], peers: [] }
  const facts = factsOf(parseInfo(rawInfo))
  return torrentRecord({ infoHash, source, facts, saveFolder, addedAt: 1, memoryOnly: false })
}

async function startLeecher(encryption: Encryption): Promise<LibtorrentPeer & AsyncDisposable> {
  const torrent = join(temporaryFolder(), 'made.torrent')
  writeFileSync(torrent, made.bytes)
  const peer = await startLibtorrent({ encryption })
  await peer.add({ torrent }, temporaryFolder())
  return { ...peer, [Symbol.asyncDispose]: () => peer.stop() }
}

if (available('libtorrent')) {
  dormant(
    'a leecher that dials wakes it, in the clear and encrypted, and it falls asleep again',
    async () => {
      await using sleeper = await Sleeper.begin()
      assert.is(sleeper.wakings, 0, 'the engine has never had it')
      for (const [at, encryption] of (['disabled', 'forced'] as const).entries()) {
        await using leecher = await startLeecher(encryption)
        await leecher.connect('127.0.0.1', sleeper.port)
        await leecher.complete(waitMs)
        assert.is(sleeper.wakings, at + 1)
        await sleeper.fallsAsleep()
      }
      await eventually(waitMs, 'what was sent is told', () => {
        return sleeper.rows().at(-1)?.uploaded === 2 * made.length
      })
      assert.equal(await sleeper.session.peers(infoHash), [])
      assert.is((await sleeper.session.availability(infoHash))?.length, made.pieceCount)
    },
  )

  dormant('a peer that a caller names wakes it', async () => {
    await using sleeper = await Sleeper.begin()
    await using leecher = await startLeecher('disabled')
    assert.is(await sleeper.session.dialPeer(infoHash, `127.0.0.1:${leecher.port}`), 'added')
    await leecher.complete(waitMs)
  })

  dormant('it announces true numbers, and wakes for others that a tracker names', async () => {
    await using leecher = await startLeecher('disabled')
    await using tracker = await startTracker(leecher.port)
    await using sleeper = await Sleeper.begin([[tracker.url]])
    await eventually(waitMs, 'it is announced', () => tracker.asked.length === 1)
    assert.is(tracker.asked[0]?.get('left'), '0')
    assert.is(tracker.asked[0]?.get('event'), 'started')
    const working = async () => (await sleeper.session.trackers(infoHash))?.[0]?.state === 'working'
    await eventually(waitMs, 'the answer came', working)
    assert.is(sleeper.wakings, 0, 'nobody else is in the swarm')
    tracker.leechers = 1
    await using other = await Sleeper.begin([[tracker.url]])
    await leecher.complete(waitMs)
    assert.is(other.wakings, 1)
    assert.is(sleeper.wakings, 0)
  })
}

dormant('one that sleeps is held, moved, renamed, limited, read and checked anew as any other', async () => {
  await using sleeper = await Sleeper.begin()
  const { session, folder } = sleeper
  const seedsAgain = async (step: () => Promise<void>): Promise<void> => {
    const before = sleeper.rows().length
    await step()
    await eventually(waitMs, 'it seeds again', () => sleeper.rows().slice(before).at(-1)?.state === 'seeding')
  }
  await session.holdTorrent(infoHash)
  const read = session.readPiece(infoHash, 0, 10, 20)
  const saveFolder = realpathSync(temporaryFolder())
  renameSync(join(folder, made.name), join(saveFolder, 'other name'))
  const renamed = [{ index: 0, path: 'other name' }]
  const moved = { ...record(folder, []), saveFolder, renamed, bits: sleeper.bits, resume: sleeper.resume }
  await seedsAgain(() => session.applyTorrent(moved))
  const bytes = Buffer.from((await read) ?? [])
  assert.equal(bytes, made.content.subarray(10, 30), 'what was asked meanwhile is read where it lies now')
  await session.configureTorrent(infoHash, { ...defaultTorrentOptions, display_name: 'shown' })
  await eventually(waitMs, 'options are obeyed', () => sleeper.rows().at(-1)?.name === 'shown')
  assert.is(sleeper.wakings, 0, 'nothing of it needs the engine')
  await seedsAgain(() => session.recheckTorrent(moved))
  await session.applyTorrent({ ...moved, started: false })
  await eventually(waitMs, 'it stops', () => sleeper.rows().at(-1)?.state === 'stopped')
  await seedsAgain(() => session.applyTorrent(moved))
  if (available('libtorrent')) {
    await using leecher = await startLeecher('disabled')
    await leecher.connect('127.0.0.1', sleeper.port)
    await leecher.complete(waitMs)
  }
  const left = { deleteData: true, spared: [] }
  await session.removeTorrent(moved, left)
  assert.not(existsSync(join(saveFolder, 'other name')))
})

dormant('a file that is deleted while it sleeps is noticed', async () => {
  await using sleeper = await Sleeper.begin()
  rmSync(join(sleeper.folder, made.name))
  await eventually(waitMs, 'the loss is told', () => sleeper.rows().at(-1)?.error?.code === 'files_changed')
  assert.is(sleeper.wakings, 0)
})

/** A tracker that names one peer, and as many leechers as it is told to. */
async function startTracker(port: number) {
  const asked: URLSearchParams[] = []
  const state = { leechers: 0 }
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://tracker')
    if (pathname === '/announce') asked.push(searchParams) // others are scrapes
    const peers = Buffer.from([127, 0, 0, 1, port >> 8, port & 255])
    response.end(
      encodeBencode({ complete: 1, incomplete: state.leechers, interval: 60, 'min interval': 0, peers }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: own } = server.address() as AddressInfo
  return Object.assign(state, {
    url: `http://127.0.0.1:${own}/announce`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  })
}

dormant.run()
