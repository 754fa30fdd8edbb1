/**
 * Supervises one session: starts its worker, brings it back after a crash, replays the records into every
 * new generation, and keeps its board. The worker's exit is the single funnel: a requested stop and a crash
 * end there and differ only by the state at that moment.
 */
import { RestTorrentError, toWireError, type WireError } from '../../protocol/errors.ts'
import { HostShare } from '../../protocol/host-share.ts'
import type { SessionApi } from '../../protocol/session-rpc.ts'
import type { SessionState } from '../../protocol/session.ts'
import type { SessionRecords } from '../records/session-records.ts'
import type { HostExit } from '../threads/session-host.ts'
import { Backoff } from './backoff.ts'
import { CrashLedger } from './crash-ledger.ts'
import { Generation } from './generation.ts'
import { configureWorker, tellBans, tellFilters } from './configure.ts'
import { heldReason, notCalledReason, stateCode } from './session-reasons.ts'
import { noteCrash } from './note-crash.ts'
import { bootOf, type SessionSurroundings } from './session-surroundings.ts'
import { SessionTorrents } from './session-torrents.ts'
import { SessionWish } from './session-wish.ts'
import { takeEvent } from './take-event.ts'

const applyDeadlineMs = 30_000
const stopDeadlineMs = 5_000

export class SessionSupervisor {
  readonly records: SessionRecords
  readonly createdAt = Date.now()
  state: SessionState
  restarts = 0
  lastError: (WireError & { at: number }) | undefined
  generation: Generation | undefined
  readonly wish: SessionWish
  readonly torrents: SessionTorrents
  /** What it may use of the host. */
  readonly share = new HostShare()

  readonly #near: SessionSurroundings
  readonly #backoff = new Backoff()
  readonly #ledger = new CrashLedger()
  #generations = 0
  #retry: NodeJS.Timeout | undefined

  constructor(records: SessionRecords, near: SessionSurroundings) {
    this.records = records
    this.#near = near
    this.state = records.session.started ? 'starting' : 'stopped'
    this.wish = new SessionWish({
      records,
      board: near.board,
      isStopped: () => this.state === 'stopped',
      end: async () => await this.#end(stopDeadlineMs),
      begin: () => this.#beginAgain(),
    })
    this.torrents = new SessionTorrents({
      records,
      near,
      isRunning: () => this.state === 'running',
      send: (what, run) => this.send(what, run),
    })
  }

  /** Whether a worker was ever begun for it in this process. */
  get wasStarted(): boolean {
    return this.#generations > 0
  }

  get id(): string {
    return this.records.session.id
  }

  /** Whether its thread was to end and could not. */
  get isHeld(): boolean {
    return this.generation?.isHeld === true
  }

  /** Starts the first generation. Rejects with `bind_failed` (and stays `stopped`) when no port is free. */
  async create(): Promise<void> {
    const generation = this.#begin()
    try {
      await generation.bound
    } catch (error) {
      await this.stop(0) // also calls off the restart that a crash has planned
      throw error
    }
  }

  /** Starts a generation that comes back by itself; settles when it is bound, or was not. Never rejects. */
  async start(): Promise<void> {
    const generation = this.#begin()
    await generation.bound.catch(() => undefined) // `#unbound` and `#exited` see to it
  }

  /** Ends the worker in order and starts it again, whatever state the session is in. */
  async restart(): Promise<void> {
    if (this.state === 'stopping' || this.state === 'stopped') return
    clearTimeout(this.#retry)
    this.#backoff.reset()
    this.restarts += 1
    this.#to('restarting')
    if (this.generation === undefined) this.#begin()
    else await this.generation.end('requested', stopDeadlineMs)
  }

  /** Ends the worker for good; gives whether it ended in order. Its thread, port and memory are free then. */
  async stop(deadlineMs = stopDeadlineMs): Promise<boolean> {
    this.wish.drop()
    this.torrents.queue.close()
    return await this.#end(deadlineMs)
  }

  async #end(deadlineMs: number): Promise<boolean> {
    clearTimeout(this.#retry)
    this.#to('stopping')
    const { generation } = this
    await generation?.end('requested', deadlineMs)
    this.#to('stopped')
    return generation?.endedInOrder === true
  }

  /** Asks the worker; rejects with the code of its state when there is no worker to ask. */
  async query<T>(what: string, deadlineMs: number, run: (api: SessionApi) => Promise<T>): Promise<T> {
    const { generation } = this
    if (this.state !== 'running' || generation === undefined) {
      throw new RestTorrentError(stateCode(this.state), notCalledReason(this.id, this.state))
    }
    return await generation.call(what, deadlineMs, run)
  }

  #beginAgain(): void {
    this.#backoff.reset()
    if (this.generation === undefined) this.#begin()
    else this.#to('restarting') // its thread could not be ended; when it has, the next one begins
  }

  #begin(): Generation {
    this.#generations += 1
    this.#to('starting')
    const number = this.#generations
    const generation: Generation = new Generation(this.#near.start, {
      boot: {
        ...this.#near.boot,
        ...bootOf(this.records.session, this.#near.transfers, this.wish.firstPort),
        hostShare: this.share.memory,
        generation: number,
      },
      onEvent: (event) => {
        if (this.generation?.number !== number) return
        const near = { ...this.#near, onStates: () => this.torrents.queue.observed() }
        takeEvent(event, near, this.records, (what, run) => {
          if (this.generation === generation) this.send(what, run)
        })
      },
      onHeld: () => this.#held(generation),
      onOutput: (line) => this.#near.log.warn({ session: this.id, generation: number }, line),
    })
    this.generation = generation
    generation.bound
      .then((port) => this.#bound(generation, port))
      .catch((error: unknown) => this.#unbound(generation, error))
    void generation.exited.then((exit) => this.#exited(generation, exit))
    return generation
  }

  #bound(generation: Generation, port: number): void {
    if (this.generation !== generation || this.state !== 'starting') return
    this.records.session = { ...this.records.session, ports: [port] }
    this.#to('running')
    configureWorker(this) // its settings may have changed since the start
    tellBans(this)
    tellFilters(this, this.#near.filters)
    this.#near.log.info({ session: this.id, port, generation: generation.number }, 'session runs')
    this.torrents.replay((records) => this.#ledger.replayOrder(records))
  }

  #unbound(generation: Generation, error: unknown): void {
    if (this.generation !== generation) return
    this.lastError = { ...toWireError(error), at: Date.now() }
    // a start that hangs or finds its port taken is ended; `exited` decides what follows
    void generation.end('unbound', 0)
  }

  /** Nothing ends such a thread but the end of the process, or the disk that answers after all. */
  #held(generation: Generation): void {
    if (this.generation !== generation) return
    this.lastError = { code: 'disk_unresponsive', message: heldReason, at: Date.now() }
    this.#near.log.error({ session: this.id, generation: generation.number }, heldReason)
    this.#near.board.rest(this.records.torrents.values())
    if (this.state !== 'stopping') this.#to('failed')
  }

  #exited(generation: Generation, exit: HostExit): void {
    if (this.generation !== generation) return
    this.generation = undefined
    this.#near.hashDesk.cancelAll(this.id)
    this.torrents.rest()
    this.records.counting.rest()
    this.#near.board.rest(this.records.torrents.values())
    if (this.state === 'stopping' || this.state === 'stopped') return
    if (this.state === 'restarting') {
      this.#begin()
      return
    }
    const unbound = generation.endReason === 'unbound' ? this.lastError : undefined
    const error = noteCrash(generation, exit, unbound, this.records, this.#ledger, this.#near)
    if (unbound === undefined) this.lastError = { ...error, at: Date.now() }
    const isTaken = unbound?.code === 'bind_failed'
    const delay = isTaken ? 'failed' : this.#backoff.crashed(Date.now(), generation.startedAt)
    if (delay === 'failed') this.#fail()
    else this.#restartIn(delay)
  }

  #restartIn(delayMs: number): void {
    this.restarts += 1
    this.#to('restarting')
    this.#retry = setTimeout(() => this.#begin(), delayMs)
  }

  #fail(): void {
    this.#to('failed')
    this.#retry = setTimeout(() => {
      this.restarts += 1
      this.#begin()
    }, this.#near.failedRetryMs)
  }

  /** Has the worker do something, where there is one, and shows the session as it is; a failure is logged. */
  send(what: string, run: (api: SessionApi) => Promise<void>): void {
    this.#near.onChange()
    const { generation } = this
    if (this.state !== 'running' || generation === undefined) return // the next generation gets it by replay
    generation.call(what, applyDeadlineMs, run).catch((error: unknown) => {
      const { code, message } = toWireError(error)
      if (code !== 'session_gone') this.#near.log.warn({ session: this.id, code }, `${what}: ${message}`)
    })
  }

  #to(state: SessionState): void {
    this.state = state
    this.records.statistics.see(state === 'running')
    this.#near.onChange()
  }
}
