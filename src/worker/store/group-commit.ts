/**
 * The one writer. Callers that arrive while a commit runs wait together, and the next commit, with its one
 * fsync, is for all of them. Each has a savepoint of its own, so that one that fails takes back its own
 * changes and no other's; each is answered only after the commit.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { StoreOperation } from '../../protocol/store-rpc.ts'
import { applyOperation } from './apply-operation.ts'
import type { Statements } from './statements.ts'
import { resultOf } from './store-error.ts'
import { passStep } from './store-steps.ts'

/** What one caller wants to be written, and how it is told. */
interface Batch {
  readonly operations: readonly StoreOperation[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** A change of one caller that failed alone. */
interface Failure {
  readonly error: unknown
}

const full = 13 // SQLITE_FULL

export class GroupCommit {
  readonly #database: DatabaseSync
  readonly #statements: Statements
  #waiting: Batch[] = []
  #held = false

  constructor(database: DatabaseSync, statements: Statements) {
    this.#database = database
    this.#statements = statements
  }

  /** All or nothing; resolves when it is durable, rejects with what SQLite or the operation threw. */
  write(operations: readonly StoreOperation[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operations, resolve, reject })
      // after all messages that have arrived by now
      if (this.#waiting.length === 1) setImmediate(() => this.flush())
    })
  }

  /** Lets writes wait, so that no transaction is begun, until the function that it gives is called. */
  hold(): () => void {
    this.#held = true
    return () => {
      if (!this.#held) return
      this.#held = false
      this.flush()
    }
  }

  /** Commits what waits, now, unless writes are held. */
  flush(): void {
    if (this.#held) return
    const batches = this.#waiting
    this.#waiting = []
    if (batches.length > 0) this.#commit(batches)
  }

  #commit(batches: readonly Batch[]): void {
    let failures: Map<Batch, Failure>
    try {
      failures = this.#runTransaction(batches)
    } catch (error) {
      if (batches.length === 1 || resultOf(error) !== full) {
        for (const batch of batches) batch.reject(error)
        return
      }
      // together they do not fit on the disk; some of them alone may
      for (const batch of batches) this.#commit([batch])
      return
    }
    for (const batch of batches) {
      const failure = failures.get(batch)
      if (failure === undefined) batch.resolve()
      else batch.reject(failure.error)
    }
  }

  /** Throws when nothing of the transaction was kept. */
  #runTransaction(batches: readonly Batch[]): Map<Batch, Failure> {
    const failures = new Map<Batch, Failure>()
    passStep('before_begin')
    this.#statements.begin.run()
    try {
      for (const batch of batches) {
        const failure = this.#runBatch(batch.operations)
        if (failure !== undefined) failures.set(batch, failure)
      }
      passStep('before_commit')
      this.#statements.commit.run()
    } catch (error) {
      if (this.#database.isTransaction) this.#statements.rollback.run()
      throw error
    }
    passStep('after_commit')
    return failures
  }

  #runBatch(operations: readonly StoreOperation[]): Failure | undefined {
    const { savepoint, rollbackToSavepoint, releaseSavepoint } = this.#statements
    savepoint.run()
    try {
      for (const operation of operations) applyOperation(this.#statements, operation)
      releaseSavepoint.run()
      return undefined
    } catch (error) {
      // SQLite takes back the whole transaction for some faults of the disk
      if (!this.#database.isTransaction) throw error
      rollbackToSavepoint.run()
      releaseSavepoint.run()
      return { error }
    }
  }
}
