/** The forms of the two identities that stand in paths. */
import * as z from 'zod'

/** A session's id: the client's 20-byte peer id (BEP 20) as 40 lower-case hex digits. Public, never a secret. */
export const sessionId = z.string().regex(/^[0-9a-f]{40}$/, { error: 'must be 40 lower-case hex digits' })

/** A torrent's info hash (BEP 3): 40 lower-case hex digits; upper case is accepted and folded. */
export const infoHash = z
  .string()
  .regex(/^[0-9a-fA-F]{40}$/, { error: 'must be 40 hex digits' })
  .transform((value) => value.toLowerCase())
