/** Finds out who calls: by the key that a request or a socket brings, before anything of it is read. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { openAccess, type Access } from './access.ts'
import { isKey } from './api-key.ts'
import type { KeyRing } from './key-ring.ts'

export interface AuthenticationOptions {
  readonly keys: KeyRing
  /** Whether callers without a key may do everything: `--no-auth`. */
  readonly isOpen: boolean
}

const bearer = /^Bearer +(\S+) *$/i

/** The key in the headers of a request, whatever it is worth; `Authorization` goes before `X-Api-Key`. */
export function keyInHeaders(authorization: string | undefined, apiKey: string | undefined) {
  if (authorization === undefined) return apiKey
  return bearer.exec(authorization)?.[1] ?? ''
}

export class Authentication {
  readonly keys: KeyRing
  readonly isOpen: boolean

  constructor({ keys, isOpen }: AuthenticationOptions) {
    this.keys = keys
    this.isOpen = isOpen
  }

  /** What the caller may do. Throws `unauthorized` for no key, unless none is required, and for a wrong one. */
  access(key: string | undefined): Access {
    if (key === undefined && this.isOpen) return openAccess
    const access = key !== undefined && isKey(key) ? this.keys.find(key) : undefined
    if (access !== undefined) return access
    throw new RestTorrentError('unauthorized', 'a valid API key is required')
  }
}
