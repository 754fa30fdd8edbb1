/**
 * The API keys of the server: in memory as hashes, in the store before their creation or revocation is
 * acknowledged. The key of the setting RESTTORRENT_ADMIN_KEY is in memory only.
 */
import { timingSafeEqual } from 'node:crypto'
import type { KeyEntry, KeyRecord, Scope } from '../../protocol/access.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { Quotas } from '../../protocol/quotas.ts'
import { rootsMeet } from '../../protocol/root-path.ts'
import type { Journal } from '../records/journal.ts'
import { accessOf, type Access, type OwnerOf } from './access.ts'
import { hashOf, newKey, prefixOf } from './api-key.ts'

/** What a new key is to allow. */
export interface KeyWish {
  readonly name: string
  readonly scope: Scope
  readonly sessions: KeyEntry['sessions']
  /** Absent: that of an administrator of all sessions is everything, anybody else's a folder of its own. */
  readonly root?: string | undefined
  readonly rate_limit: number
  readonly quotas: Quotas
}

export interface KeyRingOptions {
  readonly journal: Journal
  readonly ownerOf: OwnerOf
  readonly stored: readonly KeyRecord[]
  /** The administrator's key of the settings, '' for none. */
  readonly adminKey: string
}

interface Held {
  readonly record: KeyRecord
  readonly hash: Uint8Array
  readonly access: Access
}

const nobody = Buffer.alloc(32)

export class KeyRing {
  readonly #options: KeyRingOptions
  readonly #keys = new Map<string, Held>()
  readonly #ofSettings: string | undefined
  readonly #listeners = new Set<(prefix: string) => void>()

  constructor(options: KeyRingOptions) {
    this.#options = options
    for (const record of options.stored) this.#hold(record)
    if (options.adminKey === '') return
    const entry = {
      name: 'RESTTORRENT_ADMIN_KEY',
      scope: 'admin',
      sessions: 'all',
      rate_limit: 0,
      quotas: {},
    } as const
    this.#ofSettings = this.#hold(recordOf(options.adminKey, entry)).prefix
  }

  /** Whether there is a key that may make others. */
  get hasAdmin(): boolean {
    return this.list().some(({ scope, sessions }) => scope === 'admin' && sessions === 'all')
  }

  /** What a key allows; undefined for one that is not valid, found out in the same time. */
  find(key: string): Access | undefined {
    const held = this.#keys.get(prefixOf(key))
    const isEqual = timingSafeEqual(Buffer.from(hashOf(key), 'hex'), held?.hash ?? nobody)
    return isEqual ? held?.access : undefined
  }

  /** Whether there is a key of that prefix. */
  has(prefix: string): boolean {
    return this.#keys.has(prefix)
  }

  /** What the key of that prefix allows; undefined for none. */
  accessOf(prefix: string): Access | undefined {
    return this.#keys.get(prefix)?.access
  }

  /** What the key of that prefix may use; undefined for none. */
  quotasOf(prefix: string): Quotas | undefined {
    return this.#keys.get(prefix)?.record.quotas
  }

  /** The keys in the order of their creation. */
  list(): KeyEntry[] {
    return Array.from(this.#keys.values(), ({ record: { hash: _, ...entry } }) => entry)
  }

  /** Makes a key, which is told here and never again. Rejects with `invalid_parameter` or a disk code. */
  async create(wish: KeyWish): Promise<{ key: string; entry: KeyEntry }> {
    let key = newKey()
    while (this.#keys.has(prefixOf(key))) key = newKey()
    const record = recordOf(key, wish)
    this.#refuseMeeting(record.root)
    await this.#options.journal.write({ type: 'put_key', key: record })
    this.#hold(record)
    const { hash: _, ...entry } = record
    return { key, entry }
  }

  /** Ends a key for good. Rejects with `key_not_found`, `forbidden` for the key of the settings, or a disk code. */
  async revoke(prefix: string): Promise<void> {
    if (!this.#keys.has(prefix)) throw new RestTorrentError('key_not_found', 'key not found')
    if (prefix === this.#ofSettings) {
      throw new RestTorrentError('forbidden', `key ${prefix} is that of the setting RESTTORRENT_ADMIN_KEY`)
    }
    await this.#options.journal.write({ type: 'remove_key', prefix })
    this.#keys.delete(prefix)
    for (const listener of this.#listeners) listener(prefix)
  }

  /** Tells of each key that is revoked; gives its own undo. */
  onRevoked(listener: (prefix: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Two keys have one root or roots apart: where one lies in the other their holders could meet. */
  #refuseMeeting(root: string): void {
    if (root === '') return
    const met = this.list().find((key) => key.root !== '' && rootsMeet(key.root, root))
    if (met === undefined) return
    throw new RestTorrentError(
      'invalid_parameter',
      `parameter root: ${root} and ${met.root}, the root of key ${met.prefix}, lie in each other`,
    )
  }

  #hold(record: KeyRecord): KeyRecord {
    const access = accessOf(record, this.#options.ownerOf)
    this.#keys.set(record.prefix, { record, hash: Buffer.from(record.hash, 'hex'), access })
    return record
  }
}

function recordOf(key: string, wish: KeyWish): KeyRecord {
  const prefix = prefixOf(key)
  const isWhole = wish.scope === 'admin' && wish.sessions === 'all'
  const { root = isWhole ? '' : prefix } = wish
  return { prefix, hash: hashOf(key), ...wish, root, created_at: Date.now() }
}
