/**
 * A server that downloads from local peers while callers change what it has, is killed again and again, and
 * is judged after each restart. Everything follows from the seed but the timing of threads.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { startRelay, type Relay } from '../support/relay.ts'
import { startSeed, type Seed } from '../support/seeds.ts'
import { eventually, temporaryFolder } from '../support/suite.ts'
import { Callers, type Seeded } from './callers.ts'
import { readClaims } from './claims.ts'
import { failPoints, type Doom } from './fail-points.ts'
import { Oracle } from './oracle.ts'
import { Random } from './random.ts'
import { ServerRun } from './server-run.ts'
import { Trace } from './trace.ts'

export interface CampaignReport {
  readonly seed: number
  readonly kills: number
  /** Kills that came from a named point. */
  readonly atPoints: number
  readonly acknowledged: number
  readonly lost: number
  readonly resurrected: number
  /** Kills after which something was claimed. */
  readonly withClaims: number
  /** Claims that were checked, in pieces' bytes, and those that were false. */
  readonly claimed: number
  readonly falsePieces: number
  /** Bytes received and not claimed when the server was killed. */
  readonly downloadedAgain: number
  /** Runs in which a torrent received more than was not claimed at their start. */
  readonly overDownloads: number
  /** Torrents that were found in another place than before. */
  readonly moved: number
  /** Removals after which their file was judged. */
  readonly filesJudged: number
  /** Files that were to be deleted and stayed, and those that were to stay and were touched. */
  readonly filesLeft: number
  readonly filesLost: number
  readonly wrong: readonly string[]
}

export interface CampaignOptions {
  readonly kills: number
  readonly seed: number
  readonly torrents?: number
  readonly length?: number
  /** The longest that a server lives when it is in use; checkpoints are made every five seconds. */
  readonly longestMs?: number
  /** Whether torrents are moved and renamed as well. */
  readonly moves?: boolean
  /** A folder in which everything that happens is kept; see `Trace`. */
  readonly trace?: string | undefined
  /** Aborted when no kill is to follow: what was found until then is the report. */
  readonly signal?: AbortSignal
  /** Told what was found so far, whenever the files were judged. */
  readonly onJudged?: (report: CampaignReport) => void
}

const pieceLength = 64 * 1024
const rate = 3 * 1024 * 1024
const shortestMs = 200
/** What a doom that is not reached is given. */
const doomedMs = 3000
/** How soon a server that is left alone has deleted what it is to delete. */
const deletesWithinMs = 60_000
/** How soon it has moved what it is to move. */
const movesWithinMs = 60_000
/** A disk beside that of temporary folders, where there is one: files that go there are copied. */
const memory = '/dev/shm'
/** How often torrents are moved and removed in a run: mostly they download, or hardly come to it. */
const unrests = [1, 1, 3] as const
const killsBetweenDeletions = 25
/** How soon after its connections a process has ended. */
const endsWithinMs = 10_000
/** How soon a server is in use, on a machine that is busy. */
const inUseWithinMs = 30_000
/** Handshakes, metadata, headers of messages, and blocks that two requests brought. */
const overhead = (bytes: number): number => bytes * 0.05 + 512 * 1024

interface Swarm {
  readonly seed: Seed
  readonly relay: Relay
  readonly seeded: Seeded
}

/** Runs a campaign; the report says what was found, and rejects only when the harness itself fails. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { torrents = 3, length = 16 * 1024 * 1024, signal, onJudged } = options
  await using stack = new AsyncDisposableStack()
  const swarms: Swarm[] = []
  for (let at = 0; at < torrents; at += 1) {
    const made = { name: `torture-${at}`, content: length, pieceLength, seed: `${options.seed}/${at}` }
    const seed = stack.use(await startSeed(made))
    const relay = stack.use(await startRelay(seed.port))
    relay.limit(rate)
    const { infoHash } = seed.made
    const magnet = `magnet:?xt=urn:btih:${infoHash}&x.pe=127.0.0.1:${relay.port}`
    swarms.push({ seed, relay, seeded: { infoHash, magnet, length } })
  }
  const disk = existsSync(memory) ? mkdtempSync(`${memory}/resttorrent-`) : temporaryFolder()
  stack.defer(() => rmSync(disk, { recursive: true, force: true }))
  const campaign = new Campaign(swarms, options, [temporaryFolder(), disk])
  let isLast = false
  for (let kill = 1; !isLast; kill += 1) {
    await campaign.killOnce()
    isLast = kill >= options.kills || signal?.aborted === true
    if (kill % killsBetweenDeletions !== 0 && !isLast) continue
    await campaign.judgeOnce()
    onJudged?.(campaign.report())
  }
  return campaign.report()
}

class Campaign {
  readonly #swarms: readonly Swarm[]
  readonly #seed: number
  readonly #longestMs: number
  readonly #moves: boolean
  readonly #random: Random
  readonly #dataDir = temporaryFolder()
  readonly #oracle: Oracle
  readonly #scratch = temporaryFolder()
  readonly #trace: Trace | undefined
  readonly #claims = new Map<string, number>()
  readonly #wrong: string[] = []
  #kills = 0
  #atPoints = 0
  #withClaims = 0
  #claimed = 0
  #falsePieces = 0
  #downloadedAgain = 0
  #overDownloads = 0

  constructor(
    swarms: readonly Swarm[],
    { seed, longestMs = 6000, moves = true, trace }: CampaignOptions,
    disks: readonly [string, ...string[]],
  ) {
    this.#trace = trace === undefined ? undefined : new Trace(trace, this.#dataDir)
    this.#moves = moves
    this.#longestMs = longestMs
    this.#swarms = swarms
    this.#seed = seed
    this.#random = new Random(seed)
    const names = swarms.map(({ seed: { made } }) => [made.infoHash, made.name] as const)
    this.#oracle = new Oracle(disks, new Map(names))
  }

  /** Starts the server, judges what it remembers, lets callers change it, kills it and checks its claims. */
  async killOnce(): Promise<void> {
    const doom = this.#random.next() < 0.6 ? this.#doom() : undefined
    const before = this.#swarms.map(({ relay }) => relay.received)
    const run = await ServerRun.start(this.#dataDir, doom, this.#trace)
    this.#kills += 1
    let disturbed: ReadonlySet<string> = new Set()
    if (run !== undefined) disturbed = await this.#use(run, doom)
    if (doom !== undefined && (run === undefined || run.endedByItself)) this.#atPoints += 1
    this.#check(before, disturbed)
    this.#trace?.end(run?.output() ?? '', this.#dataDir, this.#wrong)
  }

  /** Starts it without a doom, judges what it remembers, and has it move and delete what it is to. */
  async judgeOnce(): Promise<void> {
    const before = this.#swarms.map(({ relay }) => relay.received)
    const run = await ServerRun.start(this.#dataDir, undefined, this.#trace)
    if (run === undefined) throw new Error('the server ended by itself')
    await eventually(movesWithinMs, 'nothing is on its way', async () => {
      const { torrents } = await Callers.list(run.face)
      return [...torrents.values()].every(({ isMoving }) => !isMoving)
    }).catch((error: unknown) => this.#wrong.push(`kill ${this.#kills}: ${String(error)}`))
    await this.#judge(run)
    const { files } = this.#oracle
    const left = (): boolean => files.toBeDeleted().length === 0
    await eventually(deletesWithinMs, 'what was to be deleted is gone', left).catch(() => undefined)
    await run.kill()
    this.#check(before, new Set())
    this.#wrong.push(...files.decideChoices().map((line) => `kill ${this.#kills}: ${line}`))
    const stayed = files.toBeDeleted()
    files.left += stayed.length
    this.#wrong.push(...stayed.map((path) => `kill ${this.#kills}: file ${path} was to be deleted`))
    this.#trace?.end(run.output(), this.#dataDir, this.#wrong)
  }

  report(): CampaignReport {
    const { lost, resurrected, acknowledged, moved, files } = this.#oracle
    return {
      seed: this.#seed,
      kills: this.#kills,
      atPoints: this.#atPoints,
      acknowledged,
      lost,
      resurrected,
      withClaims: this.#withClaims,
      claimed: this.#claimed,
      falsePieces: this.#falsePieces,
      downloadedAgain: this.#downloadedAgain,
      overDownloads: this.#overDownloads,
      moved,
      filesJudged: files.judged,
      filesLeft: files.left,
      filesLost: files.lost,
      wrong: this.#wrong,
    }
  }

  #doom(): Doom {
    return { point: this.#random.pick(failPoints), nth: 1 + Math.floor(this.#random.next() ** 3 * 40) }
  }

  async #use(run: ServerRun, doom: Doom | undefined): Promise<ReadonlySet<string>> {
    if (!(await this.#judge(run))) return new Set(this.#swarms.map(({ seeded }) => seeded.infoHash))
    const torrents = this.#swarms.map(({ seeded }) => seeded)
    const unrest = this.#moves ? this.#random.pick(unrests) : 0
    const callers = new Callers(run.face, this.#oracle, this.#random, torrents, unrest)
    const calling = callers.run()
    const ms = doom === undefined ? this.#random.between(shortestMs, this.#longestMs) : doomedMs
    // however slow the machine is: killed after something was acknowledged and fetched, or by its doom
    await Promise.race([
      run.ended,
      Callers.whenInUse(run.face),
      delay(inUseWithinMs, undefined, { ref: false }),
    ])
    await Promise.race([run.ended, delay(ms)])
    await run.kill()
    await calling
    return callers.disturbed
  }

  /** Whether the server lived long enough to tell. */
  async #judge(run: ServerRun | undefined): Promise<boolean> {
    if (run === undefined) return false
    try {
      const wrong = this.#oracle.judge(await Callers.list(run.face))
      this.#wrong.push(...wrong.map((line) => `kill ${this.#kills}: ${line}`))
      return true
    } catch (error) {
      // its end is heard of by the connection first
      await Promise.race([run.ended, delay(endsWithinMs, undefined, { ref: false })])
      if (!run.endedByItself) throw error
      return false // its doom came while it told
    }
  }

  #check(before: readonly number[], disturbed: ReadonlySet<string>): void {
    const claims = new Map(readClaims(this.#dataDir, this.#scratch).map((claim) => [claim.infoHash, claim]))
    this.#wrong.push(...this.#oracle.files.look().map((line) => `kill ${this.#kills}: ${line}`))
    if ([...claims.values()].some(({ bytes }) => bytes > 0)) this.#withClaims += 1
    this.#swarms.forEach(({ seeded: { infoHash, length }, relay }, index) => {
      const claim = claims.get(infoHash)
      const had = this.#claims.get(infoHash) ?? 0
      const now = claim?.bytes ?? 0
      this.#claims.set(infoHash, now)
      if (claim !== undefined && now > 0) this.#oracle.claimed(infoHash, claim.path, claim.isIn)
      this.#claimed += now
      this.#falsePieces += claim?.falsePieces ?? 0
      if ((claim?.falsePieces ?? 0) > 0)
        this.#wrong.push(`kill ${this.#kills}: ${String(claim?.falsePieces)} false pieces of ${infoHash}`)
      if (disturbed.has(infoHash) || claim === undefined) return
      const received = relay.received - (before[index] ?? 0)
      this.#downloadedAgain += Math.max(0, received - (now - had))
      if (received <= length - had + overhead(length - had)) return
      this.#overDownloads += 1
      this.#wrong.push(`kill ${this.#kills}: ${infoHash} received ${received}, missing ${length - had}`)
    })
  }
}
