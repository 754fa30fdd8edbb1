/** Named values as parameters: a name that is repeated becomes a list. */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { NamedValue } from './body.ts'

/** The parameters in the query of an address, in an object without a prototype. Throws `unknown_parameter` for `__proto__`. */
export function queryParameters(url: string): Record<string, unknown> {
  const parameters = Object.create(null) as Record<string, unknown>
  const query = url.indexOf('?')
  if (query >= 0) mergeValues(parameters, valuesOf(url.slice(query + 1)))
  return parameters
}

/** What URLSearchParams says, which takes much longer to say it where nothing is encoded. */
function valuesOf(query: string): Iterable<NamedValue> {
  if (/[%+]/.test(query)) return new URLSearchParams(`?${query}`)
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=')
      return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)]
    })
}

/** Puts values in the place of those of the same names. Throws `unknown_parameter` for `__proto__`. */
export function mergeValues(parameters: Record<string, unknown>, values: Iterable<NamedValue>): void {
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
