/** Changes to the tiers of a torrent's trackers (BEP 12). */
import { RestTorrentError } from '../../protocol/errors.ts'

type Tiers = readonly (readonly string[])[]

/** With these URLs too, each in a tier of its own at the end unless one is named; those that are there stay. */
export function withTrackers(tiers: Tiers, urls: readonly string[], tier: number | undefined): Tiers {
  const fresh = urls.filter((url) => !tiers.flat().includes(url))
  if (tier === undefined) return [...tiers, ...fresh.map((url) => [url])]
  if (fresh.length === 0) return tiers
  return tier < tiers.length
    ? tiers.map((those, at) => (at === tier ? [...those, ...fresh] : those))
    : [...tiers, fresh]
}

/** Without these URLs; throws `not_found` for one that is not there. */
export function withoutTrackers(tiers: Tiers, urls: readonly string[]): Tiers {
  refuseUnknown(tiers.flat(), urls, 'tracker')
  return tiers.map((those) => those.filter((url) => !urls.includes(url))).filter((those) => those.length > 0)
}

/** With a URL changed where it stands, or put into another tier. Throws `not_found`, or `invalid_parameter` where the new one is there. */
export function withTrackerEdited(
  tiers: Tiers,
  { url, new_url = url, tier }: { url: string; new_url?: string | undefined; tier?: number | undefined },
): Tiers {
  refuseUnknown(tiers.flat(), [url], 'tracker')
  if (new_url !== url && tiers.flat().includes(new_url))
    throw new RestTorrentError('invalid_parameter', 'parameter new_url: the torrent has it already')
  const place = tiers.findIndex((those) => those.includes(url))
  if (tier === undefined || tier === place)
    return tiers.map((those) => those.map((one) => (one === url ? new_url : one)))
  // the tier that it leaves counts until it is in the other
  const moved = withTrackers(
    tiers.map((those) => those.filter((one) => one !== url)),
    [new_url],
    tier,
  )
  return moved.filter((those) => those.length > 0)
}

/** Throws `not_found` where one of the URLs is not there. */
export function refuseUnknown(there: readonly string[], urls: readonly string[], what: string): void {
  if (urls.every((url) => there.includes(url))) return
  // an address may hold a passkey: it is not told again
  throw new RestTorrentError('not_found', `the torrent has no such ${what}`)
}
