/**
 * The addresses that one torrent knows, and when each may be dialled. One that fails is dialled again after
 * ever longer times and then forgotten, until it is named anew.
 */

/** Who named a peer; `manual`: the caller, by a magnet link or by name. */
export const peerSources = ['manual', 'tracker', 'dht', 'lsd', 'ut_pex'] as const
export type PeerSource = (typeof peerSources)[number]

/** The source that the engine calls by this name; `manual` where it names none. */
export function sourceNamed(source: string | undefined): PeerSource {
  return peerSources.find((one) => one === source) ?? 'manual'
}

/** Anybody on the local network may name peers, so that fewer of them are kept. */
const mostFor: Record<PeerSource, number> = {
  manual: 3000,
  tracker: 3000,
  dht: 3000,
  lsd: 500,
  ut_pex: 3000,
}
/** What passes before each next attempt; after the last one an address is forgotten. */
const waitsMs = [1000, 5000, 15_000, 60_000, 4 * 60_000, 16 * 60_000] as const
/** A connection that lasted so long was no failure. */
const lastingMs = 60_000
/** An address that leads to ourselves, or to a peer that is connected already, stays known and is left alone. */
const needlessMs = 30 * 60_000

interface Entry {
  readonly address: string
  readonly source: PeerSource
  failures: number
  /** When it may be dialled again. */
  readyAt: number
  state: 'ready' | 'waiting' | 'dialled' | 'met'
  metAt: number
  /** Payload went either way since it was met. */
  hasServed: boolean
  /** It is left as long as neither end wants anything of the other, or as it may not be met. */
  leftAs: 'spared' | 'barred' | undefined
}

export class PeerBook {
  readonly #entries = new Map<string, Entry>()
  readonly #waiting = new Set<Entry>()
  /** May hold entries that are ready no more. */
  #ready: Entry[] = []
  /** No waiting entry is ready before. */
  #nextAt = Infinity
  #refused: readonly PeerSource[] = []

  get size(): number {
    return this.#entries.size
  }

  /** Whether the address was new and is taken; one that fails or is barred makes room where there is none. */
  add(address: string, source: PeerSource): boolean {
    if (this.#entries.has(address) || this.#refused.includes(source)) return false
    if (this.#entries.size >= mostFor[source] && !this.#makeRoom()) return false
    const entry: Entry = {
      address,
      source,
      failures: 0,
      readyAt: 0,
      state: 'ready',
      metAt: 0,
      hasServed: false,
      leftAs: undefined,
    }
    this.#entries.set(address, entry)
    this.#ready.push(entry)
    return true
  }

  /** The next address to dial, which counts as dialled from then on. */
  next(now: number): { address: string; source: PeerSource } | undefined {
    if (now >= this.#nextAt) this.#awake(now)
    for (;;) {
      const entry = this.#ready.shift()
      if (entry?.state === 'ready' || entry === undefined) {
        if (entry) Object.assign(entry, { state: 'dialled', leftAs: undefined })
        return entry
      }
    }
  }

  /** The peer shook hands. */
  met(address: string, now: number): void {
    const entry = this.#entries.get(address)
    if (entry?.state !== 'dialled') return
    entry.state = 'met'
    entry.metAt = now
    entry.hasServed = false
  }

  /** Payload was exchanged with the peer: that the connection ends is no failure, however soon. */
  served(address: string): void {
    const entry = this.#entries.get(address)
    if (entry) entry.hasServed = true
  }

  /** The connection, or the attempt, is over. */
  ended(address: string, now: number): void {
    const entry = this.#entries.get(address)
    if (entry?.state !== 'dialled' && entry?.state !== 'met') return
    const hasLasted = entry.hasServed || now - entry.metAt >= lastingMs
    if (entry.state === 'met' && hasLasted) entry.failures = 0
    const waitMs = waitsMs[entry.failures]
    entry.failures += 1
    if (waitMs === undefined) this.forget(address)
    else this.#wait(entry, now + waitMs)
  }

  /** Leaves an address alone for a long time, whoever names it. */
  needless(address: string, now: number): void {
    const entry = this.#entries.get(address)
    if (entry) this.#wait(entry, now + needlessMs)
  }

  /** The reason to leave an address alone is gone: it is dialled again soon. */
  recallOne(address: string, now: number): void {
    const entry = this.#entries.get(address)
    if (entry?.state === 'waiting' && entry.leftAs === undefined) this.#wait(entry, now + waitsMs[0])
  }

  /** Leaves an address alone as long as we want nothing. */
  spare(address: string, now: number): void {
    const entry = this.#entries.get(address)
    if (!entry) return
    entry.leftAs = 'spared'
    this.#wait(entry, now + needlessMs)
  }

  /** We want something again: those that were spared may be dialled. */
  recall(now: number): void {
    for (const entry of this.#waiting) if (entry.leftAs === 'spared') this.#wait(entry, now)
  }

  /** Leaves an address alone until `admit` lets it in. */
  bar(address: string): void {
    const entry = this.#entries.get(address)
    if (!entry) return
    entry.leftAs = 'barred'
    this.#wait(entry, Infinity)
  }

  /** Those that were barred and may be dialled now may be at once. */
  admit(mayDial: (address: string) => boolean, now: number): void {
    for (const entry of this.#waiting) {
      if (entry.leftAs === 'barred' && mayDial(entry.address)) this.#wait(entry, now)
    }
  }

  forget(address: string): void {
    const entry = this.#entries.get(address)
    if (!entry) return
    entry.state = 'met' // no longer ready
    this.#entries.delete(address)
    this.#waiting.delete(entry)
  }

  /** Forgets every address. */
  forgetAll(): void {
    for (const address of this.#entries.keys()) this.forget(address)
  }

  /** Forgets whoever these named, and takes nobody from them any more. */
  refuse(sources: readonly PeerSource[]): void {
    this.#refused = sources
    for (const { address, source } of this.#entries.values())
      if (sources.includes(source)) this.forget(address)
  }

  #wait(entry: Entry, until: number): void {
    entry.state = 'waiting'
    entry.readyAt = until
    this.#waiting.add(entry)
    this.#nextAt = Math.min(this.#nextAt, until)
  }

  #awake(now: number): void {
    this.#nextAt = Infinity
    for (const entry of this.#waiting) {
      if (entry.readyAt > now) this.#nextAt = Math.min(this.#nextAt, entry.readyAt)
      else {
        this.#waiting.delete(entry)
        entry.state = 'ready'
        this.#ready.push(entry)
      }
    }
  }

  #makeRoom(): boolean {
    for (const { address, failures, leftAs } of this.#waiting) {
      if (failures === 0 && leftAs !== 'barred') continue
      this.forget(address)
      return true
    }
    return false
  }
}
