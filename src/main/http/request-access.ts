/** Who sends a request, by its headers; a script tag, which has none, by its address. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { keyInHeaders, type Authentication } from '../access/authentication.ts'
import type { Caller } from '../handlers/reply.ts'
import { idempotencyHeader } from '../../protocol/idempotency.ts'
import { headerOf, incomingOf, type CommandContext } from './context.ts'
import { keyOfScript } from './jsonp.ts'

/** The caller of a request; throws what `Authentication.access` throws, and `forbidden` for a script with a key that could write. */
export function callerOf(c: CommandContext, authentication: Authentication): Caller {
  const remote = incomingOf(c)?.socket.remoteAddress
  const address = authentication.addressOf(remote, headerOf(c, 'x-forwarded-for'))
  const key = keyInHeaders(headerOf(c, 'authorization'), headerOf(c, 'x-api-key'))
  const scripted = key === undefined && c.req.method === 'GET' ? keyOfScript(c.req.url) : undefined
  const access = authentication.access(key ?? scripted, address)
  if (scripted !== undefined && access.scope !== 'read') {
    throw new RestTorrentError('forbidden', 'parameter api_key: must be a key of scope read')
  }
  const idempotencyKey = headerOf(c, idempotencyHeader)
  return { transport: 'rest', address, access, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) }
}

/** Where the caller reaches the server; a proxy that is trusted says whether it does so by TLS. */
export function originOf(c: CommandContext, { addressOf }: Authentication): string {
  const socket = incomingOf(c)?.socket
  const remote = socket?.remoteAddress
  const isProxied = addressOf(remote, headerOf(c, 'x-forwarded-for')) !== addressOf(remote, undefined)
  const forwarded = isProxied ? headerOf(c, 'x-forwarded-proto') : undefined
  const isTls =
    forwarded === undefined ? socket !== undefined && 'encrypted' in socket : forwarded === 'https'
  return `${isTls ? 'https' : 'http'}://${headerOf(c, 'host') ?? ''}`
}
