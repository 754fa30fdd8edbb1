/**
 * Addresses that brought wrong keys. One that brought too many is told to wait; a key that is valid is
 * never refused for it, so nobody can lock out who shares an address with them.
 */
import { networkOf } from '../../protocol/network-of.ts'

const allowedFailures = 10
const windowMs = 60_000
const maxAddresses = 10_000

interface Failures {
  count: number
  since: number
}

export class FailedKeys {
  readonly #failures = new Map<string, Failures>()

  /** Notes a wrong key; gives whether it was the one too many, so that it can be told once. */
  note(address: string, now = Date.now()): boolean {
    const network = networkOf(address)
    const before = this.#recent(network, now)
    const failures = before ?? { count: 0, since: now }
    failures.count += 1
    // put last, so that the oldest goes first when there are too many
    this.#failures.delete(network)
    this.#failures.set(network, failures)
    if (this.#failures.size > maxAddresses) {
      for (const oldest of this.#failures.keys()) {
        this.#failures.delete(oldest)
        break
      }
    }
    return failures.count === allowedFailures
  }

  /** Whether too many wrong keys came from there within a minute. */
  isBlocked(address: string, now = Date.now()): boolean {
    return (this.#recent(networkOf(address), now)?.count ?? 0) >= allowedFailures
  }

  #recent(network: string, now: number): Failures | undefined {
    const failures = this.#failures.get(network)
    if (failures === undefined || now - failures.since < windowMs) return failures
    this.#failures.delete(network)
    return undefined
  }
}
