/** Callers and keys for parts that are tested without a server. */
import { openAccess } from '../../src/main/access/access.ts'
import { Authentication } from '../../src/main/access/authentication.ts'
import { KeyRing, type KeyRingOptions } from '../../src/main/access/key-ring.ts'
import type { Caller } from '../../src/main/handlers/reply.ts'
import type { StoreOperation } from '../../src/protocol/store-rpc.ts'

/** A caller on this machine who may do everything. */
export const anybody: Caller = { transport: 'rest', address: '127.0.0.1', access: openAccess }

/** A ring without keys, which writes nowhere but into `written`. */
export function keyRing(options: Partial<KeyRingOptions> = {}) {
  const written: StoreOperation[] = []
  const journal = {
    write: (...operations: readonly StoreOperation[]) => {
      written.push(...operations)
      return Promise.resolve()
    },
  }
  return {
    ring: new KeyRing({ journal, ownerOf: () => null, stored: [], adminKey: '', ...options }),
    written,
  }
}

/** Asks for no key, or only for one of `keys`. */
export function authentication(keys?: KeyRing): Authentication {
  return new Authentication({ keys: keys ?? keyRing().ring, isOpen: keys === undefined })
}
