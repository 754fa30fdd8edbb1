/** A session in its thread: its torrents, its sockets, and the engine once the first torrent needs it. */
import { createAddressPolicy } from '../../protocol/address-policy.ts'
import { bitTorrentUserAgent } from '../../protocol/product.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { HashAnswer, SessionApi, SessionBoot, SessionEvent } from '../../protocol/session-rpc.ts'
import type { Bound } from './bind.ts'
import type { Engine } from './engine/engine.ts'
import { HashClient } from './hash-client.ts'
import { Reporter } from './reporter.ts'
import { MemoryBudget } from './storage/memory-piece-store.ts'
import { SessionDisk } from './storage/session-disk.ts'
import { Torrent, type TorrentSurroundings } from './torrent.ts'

/** What torrents with storage_mode `memory` may hold together in one session. */
const memoryBytes = 1024 * 1024 * 1024
/** How often room for connections that others gave up is used. */
const drainMs = 1000

export class Session implements SessionApi {
  readonly #boot: SessionBoot
  readonly #bound: Bound
  readonly #torrents = new Map<string, Torrent>()
  readonly #near: TorrentSurroundings
  #engine: Promise<Engine> | undefined
  #drain: NodeJS.Timeout | undefined

  constructor(boot: SessionBoot, bound: Bound, post: (event: SessionEvent) => void) {
    this.#boot = boot
    this.#bound = bound
    this.#near = {
      disk: new SessionDisk(),
      memory: new MemoryBudget(memoryBytes),
      hashes: new HashClient(post),
      reporter: new Reporter(() => this.#torrents.values(), post),
      engine: async () => await (this.#engine ??= this.#loadEngine()),
      post,
    }
    this.#near.reporter.start(boot.reportIntervalMs)
  }

  async applyTorrent(record: TorrentRecord): Promise<void> {
    const known = this.#torrents.get(record.infoHash)
    const torrent = known ?? new Torrent(record, this.#near)
    this.#torrents.set(record.infoHash, torrent)
    torrent.follow(record)
    await Promise.resolve()
  }

  async removeTorrent(record: TorrentRecord, deleteData: boolean): Promise<void> {
    const torrent = this.#torrents.get(record.infoHash) ?? new Torrent(record, this.#near)
    this.#torrents.delete(record.infoHash)
    if (deleteData) await torrent.deleteData()
    else await torrent.close()
  }

  async hashed(requestId: number, answer: HashAnswer): Promise<void> {
    this.#near.hashes.answered(requestId, answer)
    await Promise.resolve()
  }

  async setReportInterval(intervalMs: number): Promise<void> {
    this.#near.reporter.start(intervalMs)
    await Promise.resolve()
  }

  async stop(): Promise<void> {
    clearInterval(this.#drain)
    await Promise.all(Array.from(this.#torrents.values(), async (torrent) => await torrent.close()))
    this.#near.reporter.report()
    this.#near.reporter.stop()
    await this.#near.disk.close()
    if (this.#engine === undefined) this.#closeSockets()
    else await (await this.#engine).close()
  }

  /** The engine is most of a session's memory: a session without torrents does without. */
  async #loadEngine(): Promise<Engine> {
    const { Engine: LoadedEngine } = await import('./engine/engine.ts')
    const engine = new LoadedEngine({
      ...this.#bound,
      peerId: this.#boot.sessionId,
      userAgent: bitTorrentUserAgent,
      settings: this.#boot.settings,
      policy: createAddressPolicy(this.#boot.allowedPeerRanges),
    })
    this.#drain = setInterval(() => engine.drain(), drainMs)
    return engine
  }

  #closeSockets(): void {
    this.#bound.tcp.close()
    this.#bound.udp?.close()
  }
}
