/**
 * Tickets for event streams: a browser's EventSource sends no header, and a key must not stand in an address.
 * Kept in memory as hashes, for a minute, and gone with their key.
 */
import { randomBytes } from 'node:crypto'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { Access } from './access.ts'
import { hashOf } from './api-key.ts'
import type { KeyRing } from './key-ring.ts'

const lifeMs = 60_000
const mostOfKey = 100
const most = 10_000

interface Issued {
  readonly access: Access
  readonly expiresAt: number
}

export class Tickets {
  readonly #issued = new Map<string, Issued>()

  constructor(keys: KeyRing) {
    keys.onRevoked((key) => {
      for (const [hash, { access }] of this.#issued) if (access.key === key) this.#issued.delete(hash)
    })
  }

  /** A ticket that sees what `access` does and may only read. Throws `rate_limited`. */
  issue(access: Access, now = Date.now()): { ticket: string; expiresAt: number } {
    this.#forgetOld(now)
    const ofKey = [...this.#issued.values()].filter((one) => one.access.key === access.key).length
    if (ofKey >= mostOfKey || this.#issued.size >= most)
      throw new RestTorrentError('rate_limited', `more than ${mostOfKey} tickets of this key a minute`)
    const ticket = randomBytes(32).toString('base64url')
    const expiresAt = now + lifeMs
    this.#issued.set(hashOf(ticket), { access: { ...access, scope: 'read' }, expiresAt })
    return { ticket, expiresAt }
  }

  /** What the holder of a ticket may see; throws `unauthorized` for one that is none, or none any more. */
  access(ticket: string, now = Date.now()): Access {
    this.#forgetOld(now)
    const issued = this.#issued.get(hashOf(ticket))
    if (issued === undefined) throw new RestTorrentError('unauthorized', 'a valid ticket is required')
    issued.access.takeTurn()
    return issued.access
  }

  /** The oldest come first. */
  #forgetOld(now: number): void {
    for (const [hash, { expiresAt }] of this.#issued) {
      if (expiresAt > now) return
      this.#issued.delete(hash)
    }
  }
}
