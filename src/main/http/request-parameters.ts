/** Gathers a command's parameters from query, body and path; what comes later wins. */
import { hasBody, readBody, type BodyChunks } from './body.ts'
import { headerOf, incomingOf, type CommandContext } from './context.ts'
import { mergeValues, queryParameters } from './query-parameters.ts'

/**
 * The parameters by name, in an object without a prototype. A name that is repeated in the query or in
 * the body becomes a list. Rejects with `invalid_body`, `body_too_large` or `unknown_parameter`.
 */
export async function readParameters(c: CommandContext): Promise<Record<string, unknown>> {
  const parameters = queryParameters(c.req.url)
  const chunks = bodyChunks(c)
  if (chunks !== undefined) {
    const contentLength = Number(headerOf(c, 'content-length') ?? 0)
    mergeValues(parameters, await readBody(chunks, headerOf(c, 'content-type') ?? '', contentLength))
  }
  return Object.assign(parameters, c.req.param())
}

/** The body as it arrives, also of a GET or DELETE, or undefined where there is none. */
function bodyChunks(c: CommandContext): BodyChunks | undefined {
  const incoming = incomingOf(c)
  if (incoming === undefined) return c.req.raw.body ?? undefined
  return hasBody(incoming) ? incoming.iterator({ destroyOnReturn: false }) : undefined
}
