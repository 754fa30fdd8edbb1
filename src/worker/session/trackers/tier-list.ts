/** The trackers of a torrent in the order of BEP 12: tier by tier, shuffled inside a tier, the good ones first. */
import { Tracker } from './tracker.ts'
import { readTrackerUrl } from './tracker-url.ts'

const maxTrackers = 64

/** The tiers of one torrent. */
export class TierList {
  readonly #random: () => number
  #tiers: Tracker[][] = []

  constructor(tiers: readonly (readonly string[])[], random: () => number) {
    this.#random = random
    this.replace(tiers)
  }

  /** Every tracker, in the order in which they are tried. */
  all(): Tracker[] {
    return this.#tiers.flat()
  }

  has(tracker: Tracker): boolean {
    return this.#tiers[tracker.tier]?.includes(tracker) ?? false
  }

  /** Moves a tracker that answered to the front of its tier. */
  promote(tracker: Tracker): void {
    const tier = this.#tiers[tracker.tier]
    if (tier) this.#tiers[tracker.tier] = [tracker, ...tier.filter((other) => other !== tracker)]
  }

  /** Takes new tiers; a URL that stays keeps what is known of it. Gives the trackers that left. */
  replace(tiers: readonly (readonly string[])[]): Tracker[] {
    const before = new Map(this.all().map((tracker) => [tracker.url.text, tracker]))
    const seen = new Set<string>()
    this.#tiers = tiers
      .map((urls) => urls.filter((url) => isNew(url, seen)))
      .filter((urls) => urls.length > 0)
      .map((urls, tier) => this.#ordered(urls.map((url) => tracked(url, tier, before.get(url)))))
    return [...before.values()].filter((tracker) => !seen.has(tracker.url.text))
  }

  #ordered(trackers: readonly Tracker[]): Tracker[] {
    return trackers
      .map((tracker) => ({ tracker, place: tracker.isWorking ? -1 : this.#random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ tracker }) => tracker)
  }
}

function isNew(url: string, seen: Set<string>): boolean {
  if (seen.has(url) || seen.size >= maxTrackers) return false
  seen.add(url)
  return true
}

function tracked(url: string, tier: number, known: Tracker | undefined): Tracker {
  const tracker = known ?? new Tracker(readTrackerUrl(url), tier)
  tracker.tier = tier
  return tracker
}
