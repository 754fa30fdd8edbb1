/**
 * Links to the content of files that need no header: signed by a secret that only the store has, for one file, a
 * time, and the key of whoever made them, with which they end.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FileName, LinkParameters } from '../../protocol/content.ts'
import { contentPath } from '../../protocol/content.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import { openAccess, type Access } from './access.ts'
import type { Authentication } from './authentication.ts'

export class ContentLinks {
  readonly #secret: string
  readonly #authentication: Authentication

  constructor(secret: string, authentication: Authentication) {
    this.#secret = secret
    this.#authentication = authentication
  }

  /** The path of a file's content with what lets anybody read it until then, as whoever made it may. */
  path(file: FileName, { key }: Access, expires: number): string {
    const place = contentPath
      .replace('{session_id}', file.session_id)
      .replace('{info_hash}', file.info_hash)
      .replace('{index}', String(file.index))
    const signed = { expires, key: key ?? '' }
    const query = new URLSearchParams({
      expires: String(expires),
      key: signed.key,
      signature: this.#sign(file, signed).toString('base64url'),
    })
    return `${place}?${String(query)}`
  }

  /** What the holder of a link may do; throws `unauthorized` for one that is wrong, over, or of a key that is. */
  access(file: FileName, { expires, key, signature }: LinkParameters, now = Date.now()): Access {
    const told = Buffer.from(signature, 'base64url')
    const expected = this.#sign(file, { expires, key })
    const isTrue = told.length === expected.length && timingSafeEqual(told, expected)
    const access = isTrue && now < expires ? this.#accessOf(key) : undefined
    if (access === undefined) throw new RestTorrentError('unauthorized', 'the link is not valid')
    access.takeTurn()
    return access
  }

  #accessOf(key: string): Access | undefined {
    const { keys, isOpen } = this.#authentication
    if (key !== '') return keys.accessOf(key)
    return isOpen ? openAccess : undefined
  }

  #sign(
    { session_id, info_hash, index }: FileName,
    { expires, key }: Omit<LinkParameters, 'signature'>,
  ): Buffer {
    const text = ['content', session_id, info_hash, index, expires, key].join('\n')
    return createHmac('sha256', this.#secret).update(text).digest()
  }
}
