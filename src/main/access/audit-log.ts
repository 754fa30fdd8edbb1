/**
 * Notes every change: who, what, when, from where, and what came of it. An answer waits until its entry is on
 * disk, but not for a disk that hangs; a stop waits for all. Bounded for each key, so that none can push the
 * entries of another out, and in all.
 */
import type { AuditEntry, AuditQuery, AuditRow } from '../../protocol/audit.ts'
import type { StoreOperation } from '../../protocol/store-rpc.ts'
import type { Log } from '../log.ts'
import { BackgroundWrites, type Journal } from '../records/journal.ts'

const keepOfKey = 10_000
const keepInAll = 100_000
const trimEvery = 100
/** What an answer waits for its entry. */
const patienceMs = 250

export interface AuditLogOptions {
  readonly journal: Journal
  readonly load: (query: AuditQuery) => Promise<readonly AuditRow[]>
  readonly log: Pick<Log, 'error'>
}

export class AuditLog {
  readonly #writes: BackgroundWrites
  readonly #load: AuditLogOptions['load']
  readonly #noted = new Map<string | null, number>()

  constructor({ journal, load, log }: AuditLogOptions) {
    this.#load = load
    this.#writes = new BackgroundWrites(journal, (error) => {
      log.error({ err: error }, 'an entry of the audit log could not be written')
    })
  }

  /** Settles, and never rejects, when the entry is on disk, could not be written, or takes too long. */
  async note(entry: AuditEntry): Promise<void> {
    const written = this.#writes.written(...this.operations(entry))
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)))
    await Promise.race([written, patience])
    clearTimeout(timer)
  }

  /** What notes an entry, to be written beside the change itself: both are durable then, or neither is. */
  operations(entry: AuditEntry): StoreOperation[] {
    const { key } = entry
    const noted = (this.#noted.get(key) ?? 0) + 1
    this.#noted.set(key, noted)
    const trim = { type: 'trim_audit', key, keepOfKey, keepInAll } as const
    return [{ type: 'put_audit', entry }, ...(noted % trimEvery === 0 ? [trim] : [])]
  }

  /** The newest entries first, with all that was answered before. Rejects with a disk code. */
  async read(query: AuditQuery): Promise<AuditRow[]> {
    await this.#writes.flush()
    return [...(await this.#load(query))]
  }

  /** Settles when everything that was noted is on disk or could not be written. */
  async flush(): Promise<void> {
    await this.#writes.flush()
  }
}
