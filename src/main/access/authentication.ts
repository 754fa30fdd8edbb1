/** Finds out who calls, from where and with which key, before anything of a request is read. */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { Log } from '../log.ts'
import { openAccess, type Access } from './access.ts'
import { isKey } from './api-key.ts'
import { callerAddress, type CallerAddress } from './caller-address.ts'
import { FailedKeys } from './failed-keys.ts'
import type { KeyRing } from './key-ring.ts'

export interface AuthenticationOptions {
  readonly keys: KeyRing
  /** Whether callers without a key may do everything: `--no-auth`. */
  readonly isOpen: boolean
  /** CIDR ranges of the proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
  readonly log?: Pick<Log, 'warn'>
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
  readonly addressOf: CallerAddress
  readonly #failures = new FailedKeys()
  readonly #log: Pick<Log, 'warn'> | undefined

  constructor({ keys, isOpen, trustedProxies = [], log }: AuthenticationOptions) {
    this.keys = keys
    this.isOpen = isOpen
    this.addressOf = callerAddress(trustedProxies)
    this.#log = log
  }

  /**
   * What the caller may do. Throws `unauthorized` for no key, unless none is required, and for a wrong one;
   * `rate_limited` for wrong ones from an address that brought too many, and for a valid one that is used
   * more often than it may be.
   */
  access(key: string | undefined, address: string): Access {
    if (key === undefined) {
      if (this.isOpen) return openAccess
      throw new RestTorrentError('unauthorized', 'a valid API key is required')
    }
    const access = isKey(key) ? this.keys.find(key) : undefined
    if (access === undefined) throw this.#failed(address)
    access.takeTurn()
    return access
  }

  #failed(address: string): RestTorrentError {
    if (this.#failures.isBlocked(address)) {
      return new RestTorrentError('rate_limited', 'too many wrong keys came from this address')
    }
    if (this.#failures.note(address)) this.#log?.warn({ address }, 'too many wrong keys from an address')
    return new RestTorrentError('unauthorized', 'a valid API key is required')
  }
}
