/**
 * One run of a session's worker, from start to exit. Knows whether it is bound, alive and asked to stop;
 * what to do when it ends is the supervisor's.
 */
import { fromWireError, RestTorrentError } from '../../protocol/errors.ts'
import type { SessionApi, SessionEvent } from '../../protocol/session-rpc.ts'
import type { HostExit, HostOptions, HostVitals, SessionHost, StartHost } from '../threads/session-host.ts'
import { LivenessWatch, type Liveness } from './liveness.ts'

const bindDeadlineMs = 15_000
const heapCeiling = 0.8
/** What the end of a thread may take. One that waits for its disk is not ended before the disk answers. */
const endDeadlineMs = 5_000

/** Why a worker ended that nobody ended. What it threw is for the log: it may hold paths of this machine. */
export const faultReason = 'the session worker ended by a fault of its own, which the log has'

/** Why a generation was ended from outside; `unbound`: it did not get its port, or not in time. */
export type EndReason = 'requested' | 'silent' | 'heap' | 'unbound'

export interface GenerationOptions extends HostOptions {
  /** The thread was to end and has not, because it waits for a disk. */
  readonly onHeld: () => void
}

export class Generation {
  readonly number: number
  readonly startedAt = Date.now()
  /** Torrents whose opening began and did not end: suspects of a crash. */
  readonly activating = new Set<string>()
  /** Settles with the port, or rejects when it was not bound: `bind_failed`, `session_gone`. */
  readonly bound: Promise<number>
  readonly exited: Promise<HostExit>
  vitals: HostVitals | undefined
  endReason: EndReason | undefined
  /** Whether the worker closed everything itself when it was asked to stop. */
  endedInOrder = false
  /** Whether its thread could not be ended in time. */
  isHeld = false

  readonly #host: SessionHost
  readonly #watch = new LivenessWatch()
  readonly #onHeld: () => void

  constructor(start: StartHost, options: GenerationOptions) {
    this.#onHeld = options.onHeld
    this.number = options.boot.generation
    const bound = Promise.withResolvers<number>()
    this.#host = start({
      ...options,
      onEvent: (event) => {
        if (event.type === 'bound') bound.resolve(event.port)
        else if (event.type === 'bind_failed') bound.reject(fromWireError(event.error))
        else this.#note(event)
        options.onEvent(event)
      },
    })
    this.exited = this.#host.exited
    const late = setTimeout(() => {
      bound.reject(new RestTorrentError('session_unresponsive', 'the session did not start in time'))
    }, bindDeadlineMs)
    void this.exited.then(() => bound.reject(new RestTorrentError('session_gone', faultReason)))
    this.bound = bound.promise.finally(() => clearTimeout(late))
    this.bound.catch(() => undefined) // whoever waits for it handles it; nobody may
  }

  get liveness(): Liveness {
    return this.#watch.current
  }

  /** Runs one call in the worker within a deadline, see `Rpc.call`; what it told before its answer is heard by then. */
  async call<T>(what: string, deadlineMs: number, run: (api: SessionApi) => Promise<T>): Promise<T> {
    const answer = await this.#host.rpc.call(what, deadlineMs, (api) => run(api as unknown as SessionApi))
    this.#host.hear()
    return answer
  }

  /** Looks at the worker's counter; a worker that is dead is ended. */
  poll(): void {
    if (this.#watch.poll(this.#host.beats()) === 'dead') void this.end('silent', 0)
  }

  /**
   * Measures the worker where that tells more than before, and gives whether it did; one whose heap is nearly full
   * is ended in order, before V8 ends the process.
   */
  async measure(): Promise<boolean> {
    if (this.isHeld) return false // it would never answer
    const vitals = await this.#host.vitals()
    if (vitals === undefined) return false
    this.vitals = vitals
    if (vitals.heapUsed > heapCeiling * vitals.heapLimit) await this.end('heap', 1000)
    return true
  }

  /** Asks the worker to stop, waits at most `deadlineMs`, then ends the thread; settles also when it is held. */
  async end(reason: EndReason, deadlineMs: number): Promise<void> {
    this.endReason ??= reason
    if (this.isHeld) {
      this.#onHeld() // it was told to end, and does not
      return
    }
    if (deadlineMs > 0) {
      this.endedInOrder = await this.call('stop', deadlineMs, async (api) => await api.stop()).then(
        () => true,
        () => false, // it is ended anyway
      )
    }
    const late = setTimeout(() => {
      this.isHeld = true
      this.#onHeld()
      held.resolve()
    }, endDeadlineMs)
    const held: PromiseWithResolvers<void> = Promise.withResolvers()
    await Promise.race([this.#host.terminate(), held.promise])
    clearTimeout(late)
  }

  #note(event: SessionEvent): void {
    if (event.type === 'activating') this.activating.add(event.infoHash)
    if (event.type === 'activated' || event.type === 'activation_ended')
      this.activating.delete(event.infoHash)
  }
}
