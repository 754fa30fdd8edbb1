/** Who sends a request, by its headers; a script tag, which has none, by its address. */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { Access } from '../access/access.ts'
import { keyInHeaders, type Authentication } from '../access/authentication.ts'
import { headerOf, type CommandContext } from './context.ts'
import { keyOfScript } from './jsonp.ts'

/** The access of a request; throws `unauthorized`, and `forbidden` for a script with a key that could write. */
export function requestAccess(c: CommandContext, authentication: Authentication): Access {
  const key = keyInHeaders(headerOf(c, 'authorization'), headerOf(c, 'x-api-key'))
  const scripted = key === undefined && c.req.method === 'GET' ? keyOfScript(c.req.url) : undefined
  const access = authentication.access(key ?? scripted)
  if (scripted === undefined || access.scope === 'read') return access
  throw new RestTorrentError('forbidden', 'parameter api_key: must be a key of scope read')
}
