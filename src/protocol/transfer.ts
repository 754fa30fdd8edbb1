/**
 * What is counted of a month's transfer (quota `transfer_month`): payload in both directions, by the calendar
 * month in UTC. The memory is main's; every session worker that it bounds counts in it, so that a bound holds
 * over all of them at once and no worker's end loses what was counted.
 */
export interface TransferShare {
  /** Whose quota it is, such as `key rt_…`. */
  readonly holder: string
  /** Bytes in a month. */
  readonly bound: number
  /** One signed 64-bit number: bytes that are left, below zero where more moved. Changed by Atomics only. */
  readonly left: SharedArrayBuffer
}

/** What a holder has used, as the store keeps it. */
export interface TransferUse {
  readonly holder: string
  /** `YYYY-MM`, in UTC. */
  readonly month: string
  readonly bytes: number
}
