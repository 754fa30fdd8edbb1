/**
 * Counts what keys and sessions transfer in a month where a quota bounds it, see `TransferShare`. What was
 * counted is written every few seconds and at the end: a kill forgets what came after that.
 */
import type { Quotas } from '../../protocol/quotas.ts'
import type { StoreOperation } from '../../protocol/store-rpc.ts'
import type { TransferShare, TransferUse } from '../../protocol/transfer.ts'
import type { Log } from '../log.ts'
import type { Charged } from './quota-book.ts'

const lookMs = 1000
const keepMs = 5000

export interface TransferBookOptions {
  readonly quotasOfKey: (prefix: string) => Quotas | undefined
  /** Of this month or one before it. */
  readonly stored: readonly TransferUse[]
  readonly journal: { write(...operations: readonly StoreOperation[]): Promise<void> }
  readonly log: Pick<Log, 'warn'>
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

interface Account {
  readonly share: TransferShare
  readonly left: BigInt64Array
  month: string
  /** What the store has of this month. */
  kept: number
}

export class TransferBook {
  readonly #options: TransferBookOptions
  readonly #now: () => number
  readonly #accounts = new Map<string, Account>()
  readonly #timers: NodeJS.Timeout[]

  constructor(options: TransferBookOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#timers = [setInterval(() => this.look(), lookMs), setInterval(() => void this.keep(), keepMs)]
  }

  /** What bounds a session's transfer: shares of its own and of its key. */
  sharesOf({ id, owner, quotas }: Charged): TransferShare[] {
    const ofKey = owner === null ? undefined : this.#options.quotasOfKey(owner)
    const bounds = [
      [`session ${id}`, quotas.transfer_month],
      [`key ${owner}`, ofKey?.transfer_month],
    ] as const
    return bounds.flatMap(([holder, bound]) =>
      bound === undefined ? [] : [this.#account(holder, bound).share],
    )
  }

  /** Bytes that a holder has transferred this month; 0 where nothing bounds it. */
  used(holder: string): number {
    const account = this.#accounts.get(holder)
    return account === undefined ? this.#stored(holder) : usedOf(account)
  }

  /** A month that has begun gives everybody what is theirs. */
  look(): void {
    const month = this.#month()
    for (const account of this.#accounts.values()) {
      if (account.month === month) continue
      account.month = month
      account.kept = 0
      Atomics.store(account.left, 0, BigInt(account.share.bound))
    }
  }

  /** Writes what was counted since the last time; a disk that refuses is asked again. Never rejects. */
  async keep(): Promise<void> {
    const changed = [...this.#accounts.values()].filter((account) => usedOf(account) !== account.kept)
    const written = changed.map((account) => ({ account, month: account.month, bytes: usedOf(account) }))
    if (written.length === 0) return
    const operations = written.map(({ account, month, bytes }): StoreOperation => {
      return { type: 'put_transfer', use: { holder: account.share.holder, month, bytes } }
    })
    try {
      await this.#options.journal.write(...operations)
      for (const { account, month, bytes } of written) if (account.month === month) account.kept = bytes
    } catch (error) {
      this.#options.log.warn({ err: error }, 'what was transferred could not be written')
    }
  }

  /** Counts no more; settles when what was counted is written. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.keep()
  }

  #account(holder: string, bound: number): Account {
    const known = this.#accounts.get(holder)
    if (known !== undefined) return known
    const month = this.#month()
    const kept = this.#stored(holder)
    const share = { holder, bound, left: new SharedArrayBuffer(8) }
    const account = { share, left: new BigInt64Array(share.left), month, kept }
    Atomics.store(account.left, 0, BigInt(bound) - BigInt(kept))
    this.#accounts.set(holder, account)
    return account
  }

  #stored(holder: string): number {
    const month = this.#month()
    return this.#options.stored.find((one) => one.holder === holder && one.month === month)?.bytes ?? 0
  }

  #month(): string {
    return new Date(this.#now()).toISOString().slice(0, 7)
  }
}

function usedOf({ share, left }: Account): number {
  return share.bound - Number(Atomics.load(left, 0))
}
