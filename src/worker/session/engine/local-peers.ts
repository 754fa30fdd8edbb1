/**
 * Peers of the local network, which main has judged: for a while each may be dialled at its own port, and
 * its host may dial in from any. An operator's policy would refuse their private addresses.
 */

/** Longer than two announces of a peer that stays. */
const admittedMs = 15 * 60_000
const mostAdmitted = 1000

export class LocalPeers {
  /** When each admission ends, by `host:port` and by host; oldest first. */
  readonly #until = new Map<string, number>()

  /** Admits a peer, `host:port`. The oldest are forgotten where there are too many. */
  admit(address: string): void {
    const host = address.slice(0, address.lastIndexOf(':'))
    for (const key of [address, host]) {
      this.#until.delete(key)
      this.#until.set(key, Date.now() + admittedMs)
    }
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= mostAdmitted) return
      this.#until.delete(oldest)
    }
  }

  mayBeDialled(address: string): boolean {
    return this.#isAdmitted(address)
  }

  mayDialIn(host: string): boolean {
    return this.#isAdmitted(host)
  }

  #isAdmitted(key: string): boolean {
    return (this.#until.get(key) ?? 0) > Date.now()
  }
}
