/** Whom a session has nothing to do with: what a ban is. */
import * as z from 'zod'
import { canonicalHost } from './canonical-host.ts'
import { readPeerAddress, writePeerAddress } from './peer-address.ts'

/** A ban as it is kept and shown. */
export const ban = z.object({
  address: z.string().describe('an IP address, or host:port'),
  reason: z.enum(['bad_pieces', 'manual']).describe('bad_pieces: what it sent did not hash as it should'),
  at: z.number().describe('milliseconds since the epoch'),
})
export type Ban = z.output<typeof ban>

/** What changes of the bans of a session; an address is what `Ban.address` is. */
export interface BanChange {
  readonly added: readonly Ban[]
  readonly removed: readonly string[]
}

const examples = '192.0.2.1:6881 or [2001:db8::1]:6881'
const mustBePeer = `must be an IP address with a port, such as ${examples}; host names are not looked up`

/** A peer that can be dialled, `host:port`, in its one spelling. */
export const peerAddress = z.string().transform((text, context) => {
  const peer = readPeerAddress(text)
  if (peer !== undefined) return writePeerAddress({ ...peer, host: canonicalHost(peer.host) })
  context.addIssue({ code: 'custom', message: mustBePeer })
  return z.NEVER
})

const ipAddress = z.union([z.ipv4(), z.ipv6()]).transform(canonicalHost)

/** Whom to ban: an IP address, or one of its ports, in its one spelling. */
export const banAddress = z.union([ipAddress, peerAddress], {
  error: `must be an IP address, or one with a port, such as ${examples}`,
})
