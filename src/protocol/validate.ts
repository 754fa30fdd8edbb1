/** Checks the parameters of a command and says which one is wrong. */
import type * as z from 'zod'
import { commands, type CommandInput, type CommandName } from './commands.ts'
import { RestTorrentError } from './errors.ts'
import { parameterSentence } from './parameter-sentence.ts'

/** Names that transports use for themselves and that never count as unknown parameters. */
const transportNames: readonly string[] = ['callback', '_', 't_id', 'command']

/**
 * The checked parameters of a command. Throws `unknown_parameter` naming those that are known,
 * `missing_parameter` or `invalid_parameter` naming the parameter; a malformed id is answered like an absent one
 * (`session_not_found`, `torrent_not_found`, `key_not_found`, `job_not_found`, `webhook_not_found`).
 */
export function validate<N extends CommandName>(name: N, parameters: object): CommandInput<N> {
  return checkParameters(commands[name].input, parameters) as CommandInput<N>
}

/** The parameters as the schema gives them; throws as `validate` does. */
export function checkParameters<Schema extends z.ZodObject>(
  schema: Schema,
  parameters: object,
): z.output<Schema> {
  const given = withoutTransportNames(parameters)
  const result = schema.safeParse(given, { error: parameterSentence })
  if (result.success) return result.data
  throw toError(result.error.issues[0], given, Object.keys(schema.shape))
}

/** The same object where it has none of them, as nearly always. */
function withoutTransportNames(parameters: object): Record<string, unknown> {
  if (!transportNames.some((name) => Object.hasOwn(parameters, name)))
    return parameters as Record<string, unknown>
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !transportNames.includes(name)))
}

function toError(
  issue: z.core.$ZodIssue | undefined,
  given: Record<string, unknown>,
  names: readonly string[],
): RestTorrentError {
  if (issue?.code === 'unrecognized_keys' && issue.path.length === 0) {
    const known = names.length === 0 ? 'there are none' : `known are ${names.join(', ')}`
    return new RestTorrentError('unknown_parameter', `unknown parameter ${issue.keys.join(', ')}: ${known}`)
  }
  const parameter = String(issue?.path[0] ?? 'parameters')
  if (given[parameter] === undefined) {
    return new RestTorrentError('missing_parameter', `parameter ${parameter} is required`)
  }
  if (parameter === 'session_id') return new RestTorrentError('session_not_found', 'session not found')
  if (parameter === 'prefix') return new RestTorrentError('key_not_found', 'key not found')
  if (parameter === 'job_id') return new RestTorrentError('job_not_found', 'job not found')
  if (parameter === 'webhook_id') return new RestTorrentError('webhook_not_found', 'webhook not found')
  if (parameter === 'info_hash') return new RestTorrentError('torrent_not_found', 'torrent not found')
  return new RestTorrentError(
    'invalid_parameter',
    `parameter ${parameter}: ${issue?.message ?? 'is not valid'}`,
  )
}
