/** Gathers a command's parameters from query, body and path; what comes later wins. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { hasBody, readBody, type BodyChunks, type NamedValue } from './body.ts'
import { headerOf, incomingOf, type CommandContext } from './context.ts'

/**
 * The parameters by name, in an object without a prototype. A name that is repeated in the query or in
 * the body becomes a list. Rejects with `invalid_body`, `body_too_large` or `unknown_parameter`.
 */
export async function readParameters(c: CommandContext): Promise<Record<string, unknown>> {
  const parameters = Object.create(null) as Record<string, unknown>
  const query = c.req.url.indexOf('?')
  if (query >= 0) merge(parameters, new URLSearchParams(c.req.url.slice(query)))
  const chunks = bodyChunks(c)
  if (chunks !== undefined) {
    const contentLength = Number(headerOf(c, 'content-length') ?? 0)
    merge(parameters, await readBody(chunks, headerOf(c, 'content-type') ?? '', contentLength))
  }
  return Object.assign(parameters, c.req.param())
}

/** The body as it arrives, also of a GET or DELETE, or undefined where there is none. */
function bodyChunks(c: CommandContext): BodyChunks | undefined {
  const incoming = incomingOf(c)
  if (incoming === undefined) return c.req.raw.body ?? undefined
  return hasBody(incoming) ? incoming.iterator({ destroyOnReturn: false }) : undefined
}

function merge(parameters: Record<string, unknown>, values: Iterable<NamedValue>): void {
  const lists = new Map<string, unknown[]>()
  for (const [name, value] of values) {
    const list = lists.get(name)
    if (list === undefined) lists.set(name, [value])
    else list.push(value)
  }
  for (const [name, list] of lists) {
    // said here, because a schema may pass over this one name
    if (name === '__proto__') throw new RestTorrentError('unknown_parameter', `unknown parameter ${name}`)
    parameters[name] = list.length === 1 ? list[0] : list
  }
}
