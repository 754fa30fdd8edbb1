/** Keys of a server under test that requires them. */
import type { KeyEntry } from '../../src/protocol/access.ts'
import { restFace, type Answered, type Face, type Parameters } from './faces.ts'
import type { TestServer } from './server.ts'

/** The administrator's key that a test gives its server as ADMIN_KEY. */
export const adminKey = `rt_${'a'.repeat(64)}`
/** A key that no server has. */
export const wrongKey = `rt_${'b'.repeat(64)}`

export interface MadeKey {
  readonly key: string
  readonly entry: KeyEntry
  readonly prefix: string
  /** REST with this key. */
  readonly face: Face
}

/** Makes a key by the administrator's. */
export async function makeKey(server: TestServer, parameters: Parameters): Promise<MadeKey> {
  const { api_key: key, key: entry } = await server.rest.call('create_key', parameters)
  return { key, entry, prefix: entry.prefix, face: restFace(server.address, key) }
}

/** The code of a failure, or `success`. */
export const codeOf = (body: Answered): string => body.error?.code ?? body.status
