/** Shares a cap out among sessions: by weight, with guarantees, and what one does not want is lent to others. */

/** What one session asks of a cap. */
export interface Claim {
  /** Above 0. */
  readonly weight: number
  /** What it gets of what it wants in any case. */
  readonly guarantee: number
  /** What it would use; infinite where that is not known. */
  readonly demand: number
}

/** How close to the cap the shares come. */
const rounds = 60

/**
 * A share for each claim. Together they are the cap: as much as each wants in proportion to the weights, no
 * less than its guarantee; what is left when all have what they want is room for more, by weight.
 */
export function shareOut(cap: number, claims: readonly Claim[]): number[] {
  const sure = claims.map(({ guarantee, demand }) => Math.min(guarantee, demand))
  const promised = sum(sure)
  if (promised >= cap) return sure.map((share) => (share * cap) / promised)
  const weights = sum(claims.map(({ weight }) => weight))
  const wanted = sum(claims.map(({ demand }) => demand))
  if (wanted <= cap) return claims.map(({ demand, weight }) => demand + ((cap - wanted) * weight) / weights)
  const sharesAt = (level: number): number[] =>
    claims.map(({ weight, demand }, at) => Math.min(demand, Math.max(sure[at] ?? 0, weight * level)))
  let [low, high] = [0, cap / Math.min(...claims.map(({ weight }) => weight))]
  for (let round = 0; round < rounds; round += 1) {
    const middle = (low + high) / 2
    if (sum(sharesAt(middle)) <= cap) low = middle
    else high = middle
  }
  return sharesAt(low)
}

/**
 * How many connections each session may have, so that all have no more than the cap: one that has more than
 * its share keeps others waiting only until it has given them up.
 */
export function peerAllowances(
  cap: number,
  claims: readonly Claim[],
  connected: readonly number[],
): number[] {
  const shares = wholes(shareOut(cap, claims))
  const growth = shares.map((share, at) => Math.max(0, share - (connected[at] ?? 0)))
  const room = Math.max(0, cap - sum(connected))
  const part = Math.min(1, room / Math.max(1, sum(growth)))
  const more = wholes(growth.map((wanted) => wanted * part))
  return shares.map((share, at) => Math.min(share, (connected[at] ?? 0) + (more[at] ?? 0)))
}

/** Whole numbers that are together what the parts are, without a rest. */
function wholes(parts: readonly number[]): number[] {
  let [given, due] = [0, 0]
  return parts.map((part) => {
    due += part
    const whole = Math.floor(due + 1e-6) - given
    given += whole
    return whole
  })
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
