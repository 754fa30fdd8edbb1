/** Pieces of the OpenAPI description that commands and streams have alike. */
import type { JsonSchema } from '../../protocol/command-schema.ts'
import { errorStatus, type ErrorCode } from '../../protocol/errors.ts'

export const json = 'application/json'

/** A Parameter Object. */
export function parameterOf(
  name: string,
  place: 'path' | 'query' | 'header',
  schema: JsonSchema = {},
  required = false,
): object {
  const { description, ...rest } = schema
  return { name, in: place, required, ...(description === undefined ? {} : { description }), schema: rest }
}

/** One answer for each status, with the codes that can come with it. */
export function failuresOf(those: readonly ErrorCode[]): Record<number, object> {
  const codes: Partial<Record<number, ErrorCode[]>> = {}
  for (const code of those) (codes[errorStatus[code]] ??= []).push(code)
  const answers = Object.entries(codes).map(([status, ofStatus = []]) => {
    const schema = {
      allOf: [{ $ref: '#/components/schemas/Failure' }],
      properties: { error: { properties: { code: { enum: ofStatus } } } },
    }
    return [status, { description: ofStatus.join(', '), content: { [json]: { schema } } }]
  })
  return Object.fromEntries(answers) as Record<number, object>
}
