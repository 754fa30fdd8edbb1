/**
 * What takes too long for an answer: begins jobs in the turn of their session, follows them to their end, and
 * keeps the list of them, in the store too where their session is durable. A job that ran when the process
 * ended is carried on where its kind can be, else told as `interrupted`.
 */
import { randomUUID } from 'node:crypto'
import type * as z from 'zod'
import { RestTorrentError, toWireError } from '../../protocol/errors.ts'
import { isFinished, type Job, type JobRecord } from '../../protocol/job.ts'
import type { Log } from '../log.ts'
import { BackgroundWrites, type Journal } from '../records/journal.ts'
import { JobLanes } from './job-lanes.ts'
import { jobSurplus } from './job-surplus.ts'

/** Jobs of one session that run at the same time. */
const ranOfSession = 2
/** Jobs of one session, and of all, that have not ended. */
const mostOfSession = 10_000
const mostInAll = 20_000
const sweepMs = 60_000

/** What a job of a kind is begun with. */
export interface JobWish<Parameters> {
  readonly parameters: Parameters
  /** Who may see it, see `JobRecord`. */
  readonly owner: string | null
  /** Whether it is kept past the process. */
  readonly isDurable: boolean
  readonly sessionId?: string
  readonly infoHash?: string
}

/** A job as its kind sees it while it runs. */
export interface JobWork<Parameters> {
  readonly id: string
  readonly parameters: Parameters
  readonly sessionId: string | undefined
  readonly infoHash: string | undefined
  /** Aborted when the job is called off, its session is deleted, or the server stops. */
  readonly signal: AbortSignal
  /** Shows how far it has come, 0…1. */
  readonly progress: (share: number) => void
}

/** One sort of job, named as the command that begins it. */
export interface JobKind<Parameters> {
  readonly name: string
  /** What the store keeps of the parameters has to pass this again. */
  readonly parameters: z.ZodType<Parameters>
  /** Whether one that ran when the process ended runs again, from its parameters. */
  readonly isCarriedOn: boolean
  /** Does the work; gives the result. Rejects with what failed, also where the signal made it end early. */
  readonly run: (work: JobWork<Parameters>) => Promise<object>
}

/** Begins a job; it is durable, where it is to be, when this settles. Rejects with `overloaded` or a disk code. */
export type BeginJob<Parameters> = (wish: JobWish<Parameters>) => Promise<Job>

export type JobListener = (job: Job, owner: string | null) => void

interface Held extends JobRecord {
  job: Job
  readonly isDurable: boolean
  readonly end: AbortController
}

type HeldKind = Pick<JobKind<unknown>, 'isCarriedOn' | 'run'>

export class Jobs {
  readonly #journal: Journal
  readonly #background: BackgroundWrites
  readonly #log: Pick<Log, 'error'>
  readonly #kinds = new Map<string, HeldKind>()
  /** In the order in which they began. */
  readonly #jobs = new Map<string, Held>()
  readonly #lanes = new JobLanes<Held>(ranOfSession, (held) => this.#run(held))
  readonly #listeners = new Set<JobListener>()
  readonly #sweeping: NodeJS.Timeout
  #stopping = false

  constructor(journal: Journal, log: Pick<Log, 'error'>) {
    this.#journal = journal
    this.#log = log
    this.#background = new BackgroundWrites(journal, (error) => {
      log.error({ err: error }, 'a job could not be written')
    })
    this.#sweeping = setInterval(() => this.#sweep(), sweepMs).unref()
  }

  /** Declares a kind; gives what begins a job of it. */
  kind<Parameters>(kind: JobKind<Parameters>): BeginJob<Parameters> {
    this.#kinds.set(kind.name, {
      isCarriedOn: kind.isCarriedOn,
      run: async (work) => await kind.run({ ...work, parameters: kind.parameters.parse(work.parameters) }),
    })
    return async (wish) => await this.#begin(kind.name, wish)
  }

  /** Brings jobs of a process before back, once all kinds are declared. */
  restore(records: Iterable<JobRecord>): void {
    for (const record of records) {
      const held = { ...record, isDurable: true, end: new AbortController() }
      this.#jobs.set(record.job.id, held)
      if (isFinished(record.job)) continue
      const kind = this.#kinds.get(record.job.kind)
      if (kind !== undefined && (kind.isCarriedOn || record.job.state === 'queued')) {
        this.#change(held, { state: 'queued', progress: 0 })
        this.#lanes.add(laneOf(held.job), held)
      } else this.#finish(held, { state: 'failed', error: interrupted })
    }
    this.#sweep()
  }

  /** Every job, the newest first. */
  newest(): JobRecord[] {
    return [...this.#jobs.values()].reverse()
  }

  /** The job of this id; undefined for none. */
  get(id: string): JobRecord | undefined {
    return this.#jobs.get(id)
  }

  /** Calls a job off; one that runs is `cancelled` once it has obeyed. Gives it as it is then. */
  cancel(id: string): Job | undefined {
    const held = this.#jobs.get(id)
    if (held === undefined || isFinished(held.job)) return held?.job
    held.end.abort(new RestTorrentError('session_gone', 'the job was called off'))
    if (this.#lanes.drop(laneOf(held.job), held)) this.#finish(held, { state: 'cancelled' })
    return held.job
  }

  /** Calls off all jobs of a session. */
  cancelOf(sessionId: string): void {
    for (const { job } of this.#jobs.values()) if (job.session_id === sessionId) this.cancel(job.id)
  }

  /** Tells of each job that begins or changes its state; gives its own undo. */
  onChange(listener: JobListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Ends what runs; what has not ended by itself is for the next process. Settles when all has. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearInterval(this.#sweeping)
    for (const { end } of this.#lanes.running())
      end.abort(new RestTorrentError('shutting_down', 'the server is stopping'))
    await this.#lanes.close()
    await this.#background.flush()
  }

  async #begin(kind: string, wish: JobWish<unknown>): Promise<Job> {
    const { parameters, owner, isDurable, sessionId, infoHash } = wish
    const job: Job = {
      id: randomUUID(),
      kind,
      state: 'queued',
      progress: 0,
      ...(sessionId === undefined ? {} : { session_id: sessionId }),
      ...(infoHash === undefined ? {} : { info_hash: infoHash }),
      created_at: Date.now(),
      finished_at: null,
    }
    this.#refuseSurplus(laneOf(job))
    const held: Held = { job, owner, parameters, isDurable, end: new AbortController() }
    if (isDurable) await this.#journal.write({ type: 'put_job', record: recordOf(held) })
    this.#jobs.set(job.id, held)
    for (const listener of this.#listeners) listener(job, owner)
    this.#lanes.add(laneOf(job), held)
    return held.job
  }

  #refuseSurplus(lane: string): void {
    if (this.#lanes.size < mostInAll && this.#lanes.sizeOf(lane) < mostOfSession) return
    throw new RestTorrentError('overloaded', 'too many jobs have not ended')
  }

  async #run(held: Held): Promise<void> {
    const { job, end } = held
    this.#change(held, { state: 'running' })
    try {
      const kind = this.#kinds.get(job.kind)
      const result = await kind?.run({
        id: job.id,
        parameters: held.parameters,
        sessionId: job.session_id,
        infoHash: job.info_hash,
        signal: end.signal,
        progress: (share) => (held.job = { ...held.job, progress: Math.min(1, Math.max(0, share)) }),
      })
      this.#finish(held, { state: 'done', progress: 1, result: { ...result } })
    } catch (error) {
      if (this.#stopping) return
      const wire = toWireError(error)
      if (wire.code === 'internal') this.#log.error({ err: error, job: job.id }, 'a job failed by a bug')
      if (end.signal.aborted) this.#finish(held, { state: 'cancelled' })
      else this.#finish(held, { state: 'failed', error: { code: wire.code, message: wire.message } })
    }
  }

  #finish(held: Held, fields: Partial<Job>): void {
    this.#change(held, { ...fields, finished_at: Date.now() })
  }

  #change(held: Held, fields: Partial<Job>): void {
    held.job = { ...held.job, ...fields }
    if (held.isDurable) this.#background.write({ type: 'put_job', record: recordOf(held) })
    for (const listener of this.#listeners) listener(held.job, held.owner)
  }

  #sweep(): void {
    const ids = jobSurplus(
      Array.from(this.#jobs.values(), ({ job }) => job),
      Date.now(),
    )
    for (const id of ids) this.#jobs.delete(id)
    if (ids.length > 0) this.#background.write({ type: 'remove_jobs', ids })
  }
}

const interrupted = { code: 'interrupted', message: 'the server ended while the job ran' } as const

function laneOf({ session_id = '' }: Job): string {
  return session_id
}

function recordOf({ job, owner, parameters }: Held): JobRecord {
  return { job, owner, parameters }
}
