/** The JSON Schema (2020-12) of what a command takes and answers, from the schemas that check it. */
import * as z from 'zod'

export type JsonSchema = z.core.JSONSchema.BaseSchema

/** The fields of a schema by name, defaults and base64 included, and which of them are required. */
export interface SchemaFields {
  readonly properties: Readonly<Record<string, JsonSchema>>
  readonly required: readonly string[]
}

/** The parameters of a command as callers write them. */
export function inputFields(input: z.ZodObject): SchemaFields {
  const { properties, required } = fieldsOf(input, 'input')
  const filled = Object.entries(properties).map(([name, field]) => {
    const initial = defaultOf(input, name)
    return [name, initial === undefined ? field : { ...field, default: initial }] as const
  })
  return { properties: Object.fromEntries(filled), required }
}

/** The fields of a command's success. */
export function outputFields(output: z.ZodObject): SchemaFields {
  return fieldsOf(output, 'output')
}

/** A default that a transform follows is not in the JSON Schema, so the schema itself is asked. */
export function defaultOf(input: z.ZodObject, name: string): unknown {
  const field = input.shape[name] as z.ZodType | undefined
  const result = field?.safeParse(undefined)
  return result?.success === true ? result.data : undefined
}

function fieldsOf(schema: z.ZodObject, io: 'input' | 'output'): SchemaFields {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema instanceof z.ZodUnion && zodSchema.options[0] instanceof z.ZodCustom)
        dropBinary(jsonSchema)
    },
  })
  return { properties: properties as Readonly<Record<string, JsonSchema>>, required }
}

/** Bytes in JSON are base64; the other way to give them has no JSON Schema. */
function dropBinary(schema: JsonSchema): void {
  const [, text] = schema.anyOf ?? []
  if (typeof text !== 'object') return
  delete schema.anyOf
  Object.assign(schema, text, { contentEncoding: 'base64' })
}
