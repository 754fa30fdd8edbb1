/** Who is served next: tit for tat while we download, everybody in turns while we seed. */
import type { PeerTerms } from './peer-terms.ts'

/** A turn of a peer that a seed serves, where others wait. */
const turnMs = 30_000
const turnBytes = 32 * 1024 * 1024

/** The best first: who sends us most, then who is served already, then who waits longest. Not who snubs us. */
export function byExchange(peers: readonly PeerTerms[], now: number): PeerTerms[] {
  return peers
    .filter((terms) => !terms.isSnubbed(now))
    .sort(
      (one, other) =>
        other.received - one.received ||
        Number(one.peer.amChoking) - Number(other.peer.amChoking) ||
        one.waitingSince - other.waitingSince,
    )
}

/** The best first: whose turn is not over, then those who wait, the longest first. */
export function byTurns(peers: readonly PeerTerms[], now: number): PeerTerms[] {
  const rank = (terms: PeerTerms): number => (terms.peer.amChoking ? 1 : isTurnOver(terms, now) ? 2 : 0)
  return [...peers].sort((one, other) => rank(one) - rank(other) || firstInLine(one, other))
}

/** Order of those who wait: who was never served comes first, then who waits longest. */
export function firstInLine(one: PeerTerms, other: PeerTerms): number {
  const isNew = ({ unchokedAt }: PeerTerms): number => Number(unchokedAt === undefined)
  return isNew(other) - isNew(one) || one.waitingSince - other.waitingSince
}

function isTurnOver({ unchokedAt, sent }: PeerTerms, now: number): boolean {
  return sent >= turnBytes || now - (unchokedAt ?? now) >= turnMs
}
