/** Named values as parameters: a name that is repeated becomes a list. */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { NamedValue } from './body.ts'

/** The parameters in the query of an address, in an object without a prototype. Throws `unknown_parameter` for `__proto__`. */
export function queryParameters(url: string): Record<string, unknown> {
  const parameters = Object.create(null) as Record<string, unknown>
  const query = url.indexOf('?')
  if (query >= 0) mergeValues(parameters, new URLSearchParams(url.slice(query)))
  return parameters
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
