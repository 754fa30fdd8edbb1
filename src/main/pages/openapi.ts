/** The OpenAPI 3.1 description of the REST face, made from the command table. */
import type { CommandEntry } from '../../protocol/command-entry.ts'
import { scopes } from '../../protocol/access.ts'
import { errorsOf } from '../../protocol/command-errors.ts'
import { inputFields, outputFields, type JsonSchema } from '../../protocol/command-schema.ts'
import { commandNames, commands, type CommandName } from '../../protocol/commands.ts'
import { errorStatus } from '../../protocol/errors.ts'
import { heedsIdempotencyKey } from '../../protocol/idempotency.ts'
import { version } from '../../protocol/product.ts'
import type { Page } from '../handlers/page.ts'
import { failuresOf, json, parameterOf } from './openapi-parts.ts'
import { streamPaths } from './openapi-streams.ts'

/** `/openapi.json`, for everybody: it tells nothing of this server. */
export const openApiPage: Page = {
  path: '/openapi.json',
  isPublic: true,
  contentType: json,
  body: () => (text ??= JSON.stringify(openApiDocument())),
}
let text: string | undefined

/** The whole description. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const name of commandNames) {
    const { method, path } = commands[name]
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(name) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'RestTorrent',
      version,
      description: 'Many BitTorrent sessions in one server.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { apiKey: [] }],
    tags: [...new Set([...commandNames.map(tagOf), 'events', 'watching'])].map((name) => ({ name })),
    paths: { ...paths, ...streamPaths() },
    components: { securitySchemes, parameters: { idempotencyKey }, schemas: { Failure: failure } },
  }
}

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'An API key.' },
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'The command is run once for all requests of a day with the same one.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

const failure = {
  type: 'object',
  properties: {
    status: { const: 'fail' },
    message: { type: 'string' },
    error: {
      type: 'object',
      properties: { code: { enum: Object.keys(errorStatus) }, message: { type: 'string' } },
      required: ['code', 'message'],
    },
  },
  required: ['status', 'message', 'error'],
}

function operationOf(name: CommandName): object {
  const entry: CommandEntry = commands[name]
  const { path, method, scope, description, input, output, media, status = 200 } = entry
  const { properties, required } = inputFields(input)
  const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), ([, parameter = '']) => parameter)
  const rest = Object.entries(properties).filter(([parameter]) => !inPath.includes(parameter))
  const isQuery = method === 'GET' || method === 'DELETE'
  const parameters = [
    ...inPath.map((parameter) => parameterOf(parameter, 'path', properties[parameter], true)),
    ...(isQuery ? rest : []).map(([parameter, schema]) =>
      parameterOf(parameter, 'query', schema, required.includes(parameter)),
    ),
    ...(heedsIdempotencyKey(entry) ? [{ $ref: '#/components/parameters/idempotencyKey' }] : []),
  ]
  const needed = required.filter((parameter) => !inPath.includes(parameter))
  return {
    operationId: name,
    tags: [tagOf(name)],
    summary: description,
    description: `Needs a key of scope ${scopes.slice(scopes.indexOf(scope)).join(' or ')}.`,
    'x-scope': scope,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(isQuery || rest.length === 0 ? {} : { requestBody: bodyOf(Object.fromEntries(rest), needed) }),
    responses: { [status]: successOf(outputFields(output), media), ...failuresOf(errorsOf(name)) },
  }
}

function bodyOf(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): object {
  const schema = { type: 'object', properties, ...(required.length > 0 ? { required } : {}) }
  const content: Record<string, object> = { [json]: { schema } }
  const { file } = properties
  if (file === undefined) content['application/x-www-form-urlencoded'] = { schema }
  else {
    const { contentEncoding: _, pattern: _pattern, ...binary } = file
    const part = { ...binary, contentMediaType: 'application/x-bittorrent' }
    content['multipart/form-data'] = { schema: { ...schema, properties: { ...properties, file: part } } }
  }
  return { required: required.length > 0, content }
}

function successOf({ properties, required }: ReturnType<typeof outputFields>, media?: string): object {
  const schema = {
    type: 'object',
    properties: { status: { const: 'success' }, ...properties },
    required: ['status', ...required],
  }
  const file = media === undefined ? {} : { [media]: { schema: { contentMediaType: media } } }
  return { description: 'Success', content: { [json]: { schema }, ...file } }
}

/** The thing that the command is about: the last word of its path that names a list. */
function tagOf(name: CommandName): string {
  const words = commands[name].path.split('/')
  return words.includes('torrents') ? 'torrents' : (words[2] ?? '')
}
