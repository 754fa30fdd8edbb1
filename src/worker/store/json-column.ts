import * as z from 'zod'

/** A schema for text that is JSON of `schema`. */
export function jsonColumn<Output>(schema: z.ZodType<Output>) {
  const parsed = z.string().transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue({ code: 'custom', message: 'is no JSON' })
      return z.NEVER
    }
  })
  return parsed.pipe(schema)
}

/** What is wrong with a row, and in which column. */
export function reasonOf(error: z.ZodError): string {
  const issue = error.issues[0]
  return `${issue?.path.join('.') ?? 'row'}: ${issue?.message ?? 'is not valid'}`
}
