/** How callers choose by name. */
import * as z from 'zod'

const mostNames = 100

/** A list of known fields: `["name", "state"]` or `"name,state"`. */
export function fieldList(known: readonly string[]) {
  return nameList('fields', known)
}

/** A list of known names, written in the same two ways; `what` they are is told where one is unknown. */
export function nameList(what: string, known: readonly string[]) {
  return z
    .union(
      [z.string().transform((list) => list.split(',').map((name) => name.trim())), z.array(z.string())],
      { error: `must be a list of ${what}` },
    )
    .refine((list) => list.length <= mostNames && list.every((name) => known.includes(name)), {
      error: `must be ${what} of ${known.join(', ')}`,
    })
}
