/**
 * A torrent's life in a real session with a real peer, one file operation of which fails: it is added,
 * downloaded with its checkpoints, stopped, started and removed with its data. Faults are injected before the
 * operation of a session that runs in this thread.
 */
import { HostShare } from '../../src/protocol/host-share.ts'
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { RestTorrentError } from '../../src/protocol/errors.ts'
import { factsOf, type TorrentRecord } from '../../src/protocol/records.ts'
import type { SessionEvent } from '../../src/protocol/session-rpc.ts'
import { parseInfo, type TorrentInfo } from '../../src/protocol/torrent-info.ts'
import type { StorageMode, TorrentRow, TorrentState } from '../../src/protocol/torrent.ts'
import { bindFirstFree } from '../../src/worker/session/bind.ts'
import { Session } from '../../src/worker/session/session.ts'
import { observeFileOperations } from '../../src/worker/session/storage/file-operations.ts'
import { hashRange } from '../../src/worker/tasks/hash-range.ts'
import { startSeed, type Seed } from '../support/seeds.ts'
import { sessionSettings } from '../support/session-record.ts'
import { eventually, temporaryFolder } from '../support/suite.ts'
import { torrentRecord } from '../support/torrent-record.ts'
import { falsePieces } from './claims.ts'

/** What fails, by the errno of the system call, and the code that the torrent shall tell. */
export const faultCodes = { ENOSPC: 'disk_full', EIO: 'disk_failed', EROFS: 'disk_read_only' } as const
export type Errno = keyof typeof faultCodes

const errnos: Record<Errno, number> = { ENOSPC: -28, EIO: -5, EROFS: -30 }
const pieceLength = 16 * 1024
const files = [
  { path: 'a', content: 2.5 * pieceLength },
  { path: 'sub/b', content: pieceLength },
  { path: 'sub/c', content: 3.5 * pieceLength },
  { path: 'empty', content: 0 },
]
const healMs = 30
const stepWithinMs = 20_000

export interface Life {
  /** File operations that there were, without closes: a failing close has freed the descriptor all the same. */
  readonly operations: number
  /** Codes of the errors that the torrent was seen in, or that its removal was refused with. */
  readonly told: readonly string[]
}

export class TorrentLives implements AsyncDisposable {
  readonly #session: Session
  readonly #seed: Seed
  readonly #info: TorrentInfo
  #folder = ''
  #row: TorrentRow | undefined
  #told: string[] = []
  #wrong: string | undefined

  private constructor(seed: Seed, bound: Awaited<ReturnType<typeof bindFirstFree>>) {
    this.#seed = seed
    this.#info = parseInfo(seed.made.rawInfo)
    const boot = {
      sessionId: '2d525430303031'.padEnd(40, '0'),
      generation: 1,
      ports: [bound.port],
      listenHost: '127.0.0.1',
      settings: { ...sessionSettings, pex: false },
      allowedPeerRanges: ['127.0.0.0/8'],
      allowedFetchRanges: [],
      announceSecret: '',
      transfers: [],
      dhtBootstrap: [],
      dhtTable: undefined,
      heartbeat: new SharedArrayBuffer(4),
      hostShare: new HostShare().memory,
      reportIntervalMs: 20,
      healMs,
    }
    this.#session = new Session(boot, bound, (event) => this.#hear(event))
  }

  static async open(): Promise<TorrentLives> {
    const seed = await startSeed({ name: 'faulty', files, pieceLength })
    return new TorrentLives(seed, await bindFirstFree([0], '127.0.0.1', false))
  }

  /** Lives once with the n-th operation failing. Throws where it does not end with the right bytes and none. */
  async live(storageMode: StorageMode, n: number, errno: Errno): Promise<Life> {
    this.#folder = realpathSync(temporaryFolder())
    this.#told = []
    let operations = 0
    const undo = observeFileOperations((operation) => {
      if (operation === 'close') return
      operations += 1
      if (operations === n) throw Object.assign(new Error(errno), { errno: errnos[errno], code: errno })
    })
    try {
      await this.#live(this.#record(storageMode))
      if (this.#wrong !== undefined) throw new Error(this.#wrong)
      return { operations, told: [...new Set(this.#told)] }
    } finally {
      undo()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.stop()
    await this.#seed[Symbol.asyncDispose]()
  }

  async #live(record: TorrentRecord): Promise<void> {
    await this.#reach(record, 'seeding')
    await this.#reach({ ...record, started: false }, 'stopped')
    await this.#reach(record, 'seeding')
    for (const { path, content } of this.#seed.made.files)
      if (!readFileSync(join(this.#folder, path)).equals(content)) throw new Error(`${path} has other bytes`)
    await this.#session
      .removeTorrent(record, { deleteData: true, spared: [] })
      .catch(async (error: unknown) => {
        if (!(error instanceof RestTorrentError)) throw error
        this.#told.push(error.code)
        await this.#session.removeTorrent(record, { deleteData: true, spared: [] })
      })
    const left = readdirSync(this.#folder)
    if (left.length > 0) throw new Error(`${left.join()} is left`)
  }

  async #reach(record: TorrentRecord, state: TorrentState): Promise<void> {
    this.#row = undefined
    await this.#session.applyTorrent(record)
    await eventually(stepWithinMs, `${state} after ${this.#told.join()}`, () => this.#row?.state === state)
  }

  #record(storageMode: StorageMode): TorrentRecord {
    const { made, port } = this.#seed
    const { rawInfo, infoHash, name } = made
    return torrentRecord({
      infoHash,
      source: { rawInfo, name, trackers: [], webSeeds: [], peers: [`127.0.0.1:${port}`] },
      facts: factsOf(this.#info),
      saveFolder: this.#folder,
      storageMode,
      memoryOnly: false,
    })
  }

  /** Does main's part. */
  #hear(event: SessionEvent): void {
    if (event.type === 'write_request') void this.#session.permitted(event.requestId, undefined)
    if (event.type === 'hash_request')
      void this.#session.hashed(event.requestId, { matches: hashRange(event.request) })
    if (event.type === 'checkpoint') this.#judge(event.checkpoint.bits)
    if (event.type !== 'snapshot') return
    for (const row of event.rows) {
      this.#row = row
      if (row.error) this.#told.push(row.error.code)
    }
  }

  #judge(bits: Uint8Array | undefined): void {
    const wrong = falsePieces(this.#info, this.#folder, bits)
    if (wrong > 0) this.#wrong = `${wrong} pieces were claimed and have other bytes`
  }
}
