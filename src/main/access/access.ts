/** What one caller may do, and to which sessions. */
import type { KeyEntry, Scope } from '../../protocol/access.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import { TokenBucket } from './token-bucket.ts'

export interface Access {
  /** The prefix of the caller's key; null where no key is required and none was sent. */
  readonly key: string | null
  readonly scope: Scope
  /** What the sessions that the caller makes are confined to, see `rootPath`. */
  readonly root: string
  /** Whether every session is the caller's to see, also those that are not there. */
  readonly seesAll: boolean
  /** Whether a session is there and the caller's to see. For anybody else it is as one that is not there. */
  sees(sessionId: string): boolean
  /** The same for a session by its owner, also of one that is gone. */
  covers(sessionId: string, owner: string | null): boolean
  /** Counts a request; throws `rate_limited` when there are more than the key may send a second. */
  takeTurn(): void
}

/** Gives the prefix of the key that made a session, null for one made without a key, undefined for none. */
export type OwnerOf = (sessionId: string) => string | null | undefined

/** Everything: what is allowed where no key is required. */
export const openAccess: Access = {
  key: null,
  scope: 'admin',
  root: '',
  seesAll: true,
  sees: () => true,
  covers: () => true,
  takeTurn: () => undefined,
}

/** What a key allows. */
export function accessOf({ prefix, scope, root, sessions, rate_limit }: KeyEntry, ownerOf: OwnerOf): Access {
  const seesAll = sessions === 'all'
  const named = new Set(seesAll ? [] : sessions)
  const covers = (id: string, owner: string | null): boolean => seesAll || owner === prefix || named.has(id)
  const sees = (id: string): boolean => {
    const owner = ownerOf(id)
    return owner !== undefined && covers(id, owner)
  }
  const bucket = rate_limit === 0 ? undefined : new TokenBucket(rate_limit)
  const takeTurn = (): void => {
    if (bucket?.take() === false)
      throw new RestTorrentError('rate_limited', `more than ${rate_limit} requests a second of this key`)
  }
  return { key: prefix, scope, root, seesAll, sees, covers, takeTurn }
}
