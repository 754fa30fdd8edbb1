/** A session in its thread: its torrents, its sockets, and the engine once the first torrent needs it. */
import type { BanChange } from '../../protocol/ban.ts'
import { HostShare } from '../../protocol/host-share.ts'
import type { DialAnswer, PeerView } from '../../protocol/peer-view.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { WireError } from '../../protocol/errors.ts'
import type {
  ChangedSources,
  HashAnswer,
  ReadAheadPlace,
  SessionApi,
  SessionBoot,
  SessionEvent,
  TorrentRemoval,
} from '../../protocol/session-rpc.ts'
import type { SessionSettings } from '../../protocol/session.ts'
import type { TorrentOptions } from '../../protocol/torrent-options.ts'
import type { TrackerView } from '../../protocol/tracker.ts'
import type { WebSeedView } from '../../protocol/web-seed.ts'
import { ActivationLane } from './activation-lane.ts'
import type { Bound } from './bind.ts'
import { changeSources } from './change-sources.ts'
import { CheckPlaces } from './check-places.ts'
import { deleteFilesOf } from './delete-files-of.ts'
import { HashClient } from './hash-client.ts'
import { metSoon } from './met-soon.ts'
import { Previews } from './previews.ts'
import { Refusals } from './refusals.ts'
import { Reporter } from './reporter.ts'
import { MemoryBudget } from './storage/memory-piece-store.ts'
import { SessionDisk } from './storage/session-disk.ts'
import { openSwarm, tellDhtTable, type Swarm } from './swarm.ts'
import { Torrent } from './torrent.ts'
import type { TorrentSurroundings } from './torrent-surroundings.ts'
import { TransferGate } from './transfer-gate.ts'
import { Upkeep } from './upkeep.ts'
import { Turns } from '../../protocol/turns.ts'
import { WritePermits } from './write-permits.ts'

/** What torrents with storage_mode `memory` may hold together in one session. */
const memoryBytes = 1024 * 1024 * 1024
/** What trackers get to hear that a session stops, within the supervisor's own deadline. */
const farewellMs = 3500

export class Session implements SessionApi {
  readonly #bound: Bound
  readonly #torrents = new Map<string, Torrent>()
  readonly #reporter: Reporter<Torrent>
  readonly #near: TorrentSurroundings
  readonly #turns = new Turns()
  readonly #previews: Previews
  readonly #openSwarm: () => Promise<Swarm>
  #settings: SessionSettings
  readonly #refusals = new Refusals()
  readonly #upkeep: Upkeep
  #swarm: Promise<Swarm> | undefined

  constructor(boot: SessionBoot, bound: Bound, post: (event: SessionEvent) => void) {
    this.#bound = bound
    this.#settings = boot.settings
    this.#openSwarm = async () => {
      const swarm = await openSwarm({ ...boot, settings: this.#settings }, bound, post)
      this.#refusals.tell(swarm.engine)
      return swarm
    }
    const isHere = (torrent: Torrent): boolean => this.#torrents.get(torrent.record.infoHash) === torrent
    this.#reporter = new Reporter(isHere, post, new HostShare(boot.hostShare))
    this.#near = {
      disk: new SessionDisk({ hostShare: boot.hostShare }),
      memory: new MemoryBudget(memoryBytes),
      hashes: new HashClient(post),
      checks: new CheckPlaces(boot.settings.max_active_checks),
      permits: new WritePermits(post),
      lane: new ActivationLane(),
      reporter: this.#reporter,
      transfers: new TransferGate(boot.transfers, (error) => {
        for (const torrent of this.#torrents.values()) if (torrent.isOpen) torrent.fail(error)
      }),
      swarm: async () => await (this.#swarm ??= this.#openSwarm()),
      post,
      healMs: boot.healMs,
    }
    this.#previews = new Previews(this.#near)
    this.#reporter.start(boot.reportIntervalMs)
    const before = (): void => {
      this.#near.transfers.look()
      this.#near.disk.pool.look()
    }
    this.#upkeep = new Upkeep(this.#torrents, this.#reporter, before, boot.dormantAfterMs)
  }

  async applyTorrent(record: TorrentRecord): Promise<void> {
    this.#previews.giveUp(record.infoHash)
    await this.#inTurn(record, (torrent) => torrent.follow(record))
  }

  async recheckTorrent(record: TorrentRecord): Promise<void> {
    await this.#inTurn(record, (torrent) => torrent.recheck(record))
  }

  async holdTorrent(infoHash: string): Promise<void> {
    await this.#turns.take(infoHash, async () => await this.#torrents.get(infoHash)?.hold())
  }

  async removeTorrent(record: TorrentRecord, { deleteData, spared }: TorrentRemoval): Promise<void> {
    await this.#turns.take(record.infoHash, async () => {
      const present = this.#torrents.get(record.infoHash)
      const later = present && isOtherLife(present, record) ? present : undefined
      if (later === undefined) this.#torrents.delete(record.infoHash)
      const torrent = later ? undefined : present
      if (deleteData) await deleteFilesOf(torrent ?? new Torrent(record, this.#near), spared, later)
      else await torrent?.close()
    })
  }

  async configure(settings: SessionSettings): Promise<void> {
    this.#settings = settings
    this.#near.checks.limit(settings.max_active_checks)
    const swarm = await this.#swarm
    swarm?.engine.configure(settings)
    swarm?.trackers.announceAs(settings.announce_address)
    swarm?.trackers.askThrough(settings.tracker_proxy)
  }

  async configureTorrent(infoHash: string, options: TorrentOptions): Promise<void> {
    this.#torrents.get(infoHash)?.configure(options)
    await Promise.resolve()
  }

  async changeSources(infoHash: string, sources: ChangedSources): Promise<void> {
    const torrent = this.#torrents.get(infoHash)
    if (torrent) changeSources(torrent, sources)
    await Promise.resolve()
  }

  async fetchMetadata(record: TorrentRecord, timeoutMs: number): Promise<Uint8Array | undefined> {
    const signal = AbortSignal.timeout(timeoutMs)
    return await this.#turns.take(record.infoHash, async () => {
      return this.#torrents.has(record.infoHash) ? undefined : await this.#previews.fetch(record, signal)
    })
  }

  async trackers(infoHash: string): Promise<readonly TrackerView[] | undefined> {
    return await Promise.resolve(this.#torrents.get(infoHash)?.meeting?.trackers())
  }

  async webSeeds(infoHash: string): Promise<readonly WebSeedView[] | undefined> {
    return await Promise.resolve(this.#torrents.get(infoHash)?.meeting?.webSeeds())
  }

  async availability(infoHash: string): Promise<Uint8Array | undefined> {
    return await Promise.resolve(this.#torrents.get(infoHash)?.meeting?.availability())
  }

  async readAhead(infoHash: string, place: ReadAheadPlace): Promise<void> {
    this.#torrents.get(infoHash)?.meeting?.readAhead(place)
    await Promise.resolve()
  }

  async readPiece(
    infoHash: string,
    piece: number,
    start: number,
    length: number,
  ): Promise<Uint8Array | undefined> {
    return await this.#torrents.get(infoHash)?.meeting?.readPiece(piece, start, length)
  }

  async peers(infoHash: string): Promise<readonly PeerView[] | undefined> {
    return await Promise.resolve(this.#torrents.get(infoHash)?.meeting?.peers())
  }

  async dialPeer(infoHash: string, address: string): Promise<DialAnswer | undefined> {
    return await (await metSoon(this.#torrents.get(infoHash)))?.dialPeer(address)
  }

  async changeBans(change: BanChange): Promise<void> {
    if (this.#swarm === undefined) return this.#refusals.note(change)
    const { engine } = await this.#swarm
    engine.changeBans(change)
  }

  async filterAddresses(filters: readonly SharedArrayBuffer[]): Promise<void> {
    this.#refusals.filter(filters)
    const swarm = await this.#swarm
    swarm?.engine.filterAddresses(filters)
  }

  async reannounce(infoHash: string): Promise<void> {
    this.#torrents.get(infoHash)?.meeting?.announceNow()
    await Promise.resolve()
  }

  async addPeers(infoHash: string, peers: readonly string[], source: 'lsd'): Promise<void> {
    this.#torrents.get(infoHash)?.meeting?.addPeers(peers, source)
    await Promise.resolve()
  }

  async reportEvery(intervalMs: number): Promise<void> {
    this.#reporter.start(intervalMs)
    await Promise.resolve()
  }

  async hashed(requestId: number, answer: HashAnswer): Promise<void> {
    this.#near.hashes.answered(requestId, answer)
    await Promise.resolve()
  }

  async permitted(requestId: number, refusal: WireError | undefined): Promise<void> {
    this.#near.permits.answered(requestId, refusal)
    await Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#upkeep.stop()
    this.#previews.giveUp()
    const swarm = await this.#swarm
    const farewell = swarm?.trackers.close(farewellMs)
    await this.#turns.settled() // what was promised to be deleted is deleted
    await Promise.all(Array.from(this.#torrents.values(), async (torrent) => await torrent.close()))
    this.#reporter.report()
    this.#reporter.stop()
    await this.#near.disk.close()
    await farewell
    if (swarm === undefined) {
      this.#bound.tcp.close()
      for (const socket of this.#bound.udp) socket.close()
    } else {
      tellDhtTable(swarm.engine, this.#near.post)
      await swarm.engine.close()
    }
  }

  async #inTurn(record: TorrentRecord, step: (torrent: Torrent) => void): Promise<void> {
    await this.#turns.take(record.infoHash, async () => {
      const present = this.#torrents.get(record.infoHash)
      const isOther = present !== undefined && isOtherLife(present, record)
      if (isOther) await present.close()
      const torrent = isOther || present === undefined ? new Torrent(record, this.#near) : present
      this.#torrents.set(record.infoHash, torrent)
      step(torrent)
    })
  }
}

/** Whether the torrent was removed and added again between the two, whatever the order they are told in. */
function isOtherLife(torrent: Torrent, record: TorrentRecord): boolean {
  return torrent.record.addedAt !== record.addedAt
}
