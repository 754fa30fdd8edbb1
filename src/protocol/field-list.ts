/** How callers choose fields of rows. */
import * as z from 'zod'

const maxFields = 100

/** A list of known names: `["name", "state"]` or `"name,state"`. */
export function fieldList(known: readonly string[]) {
  return z
    .union(
      [z.string().transform((list) => list.split(',').map((name) => name.trim())), z.array(z.string())],
      {
        error: 'must be a list of fields',
      },
    )
    .refine((list) => list.length <= maxFields && list.every((name) => known.includes(name)), {
      error: `must be fields of ${known.join(', ')}`,
    })
}
