/** What callers are told of a parameter whose schema has no sentence of its own for what is wrong with it. */
import type * as z from 'zod'

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
}

/** Ends the sentence "parameter name: …" for an issue; undefined where there is nothing better than zod's own. */
export function parameterSentence(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return kinds[issue.expected] && `must be ${kinds[issue.expected]}`
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`
    case 'invalid_format':
      return 'does not have the form that it must have'
    case 'too_big':
      return issue.origin === 'string'
        ? `must not be longer than ${issue.maximum} characters`
        : `must not be more than ${issue.maximum}`
    case 'too_small':
      return issue.minimum === 1 ? 'must not be empty' : `must not be less than ${issue.minimum}`
    case 'unrecognized_keys':
      return `must not hold ${issue.keys.join(', ')}`
    case 'invalid_union':
      return unionSentence(issue.errors)
    default:
      return undefined
  }
}

/** What is wrong by the branch that is of the value's kind; where none is, the kinds that would do. */
function unionSentence(branches: readonly (readonly z.core.$ZodIssue[])[]): string {
  const issues = branches.flatMap(([first]) => first ?? [])
  const ofItsKind = issues.find(({ code, path }) => code !== 'invalid_type' || path.length > 0)
  if (ofItsKind !== undefined) return ofItsKind.message
  const sentences = issues.map(({ message }) => message.replace(/^must be /, ''))
  return `must be ${[...new Set(sentences)].join(' or ')}`
}
