/** Packets a second from one address; above it the address is not heard for a while. */
const mostPerSecond = 5
const silenceMs = 5 * 60_000
/** Addresses remembered; when there are more, those that have waited longest are forgotten. */
const mostKept = 10_000

interface Count {
  since: number
  packets: number
  silentUntil: number
}

/** Says of each packet whether its sender is still heard; the caller passes the time, in milliseconds. */
export class PacketRates {
  readonly #counts = new Map<string, Count>()

  /** Counts a packet; false where it came too soon after others, or within the silence that follows. */
  hear(host: string, now: number): boolean {
    const count = this.#counts.get(host)
    if (count === undefined) {
      this.#counts.set(host, { since: now, packets: 1, silentUntil: 0 })
      this.#forget()
      return true
    }
    if (now < count.silentUntil) return false
    if (now - count.since >= 1000) Object.assign(count, { since: now, packets: 0 })
    count.packets += 1
    if (count.packets <= mostPerSecond) return true
    count.silentUntil = now + silenceMs
    return false
  }

  #forget(): void {
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= mostKept) return
      this.#counts.delete(oldest)
    }
  }
}
