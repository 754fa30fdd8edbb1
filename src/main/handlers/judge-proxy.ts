import { isRefusedLiteral } from '../../outward/resolve.ts'
import type { AddressPolicy } from '../../protocol/address-policy.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import { parseTrackerProxy } from '../../protocol/tracker-proxy.ts'

/** Throws `address_not_allowed` for a proxy at a refused address; what a name leads to is judged at each use. */
export function judgeProxy(setting: string | undefined, policy: Pick<AddressPolicy, 'allows'>): void {
  const proxy = parseTrackerProxy(setting ?? '')
  if (proxy === undefined) return
  if (!isRefusedLiteral(proxy.url.hostname, policy)) return
  throw new RestTorrentError('address_not_allowed', 'tracker_proxy points to an address that is not allowed')
}
