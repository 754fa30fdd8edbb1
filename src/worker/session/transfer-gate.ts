/**
 * Counts payload against what is left of this month's transfer, see `TransferShare`, and says when it is used
 * up: nothing of the session moves then until a month begins. Another session of the same key may use it up.
 */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { TransferShare } from '../../protocol/transfer.ts'

export class TransferGate {
  readonly #shares: readonly { readonly share: TransferShare; readonly left: BigInt64Array }[]
  readonly #onUsedUp: (error: RestTorrentError) => void
  #isUsedUp = false

  /** `onUsedUp` is called once for each month in which a bound is reached. */
  constructor(shares: readonly TransferShare[], onUsedUp: (error: RestTorrentError) => void) {
    this.#shares = shares.map((share) => ({ share, left: new BigInt64Array(share.left) }))
    this.#onUsedUp = onUsedUp
  }

  /** Payload moved, in either direction. */
  count(bytes: number): void {
    if (this.#shares.length === 0) return
    for (const { left } of this.#shares) Atomics.sub(left, 0, BigInt(bytes))
    this.look()
  }

  /** Says so where a bound was reached, by whomever. */
  look(): void {
    const refusal = this.#refusal()
    const wasUsedUp = this.#isUsedUp
    this.#isUsedUp = refusal !== undefined
    if (refusal !== undefined && !wasUsedUp) this.#onUsedUp(refusal)
  }

  /** Throws `quota_exceeded` while nothing may move. */
  require(): void {
    const refusal = this.#refusal()
    if (refusal !== undefined) throw refusal
  }

  #refusal(): RestTorrentError | undefined {
    const spent = this.#shares.find(({ left }) => Atomics.load(left, 0) <= 0n)
    if (spent === undefined) return undefined
    const { holder, bound } = spent.share
    const message = `the quota transfer_month of ${holder} is ${bound}: it goes on when the next month begins (UTC)`
    return new RestTorrentError('quota_exceeded', message, { details: { quota: 'transfer_month', bound } })
  }
}
