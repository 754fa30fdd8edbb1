/** What the OpenAPI description says of paths that are no commands: content, events, and what machines watch. */
import { inputFields, type SchemaFields } from '../../protocol/command-schema.ts'
import { contentPath, fileName, linkParameters } from '../../protocol/content.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import { eventStream, eventStreamPath } from '../../protocol/event-stream.ts'
import { failuresOf, json, parameterOf } from './openapi-parts.ts'

const ofAny = ['host_not_allowed', 'internal'] as const satisfies ErrorCode[]
const ofCallers = [
  ...ofAny,
  'invalid_parameter',
  'unknown_parameter',
  'missing_parameter',
  'unauthorized',
  'rate_limited',
  'overloaded',
  'session_not_found',
] as const satisfies ErrorCode[]

/** What reading a file can fail with before its first byte. */
const ofContent = [
  ...ofCallers,
  'torrent_not_found',
  'metadata_unknown',
  'not_found',
  'content_missing',
  'files_changed',
  'path_outside_root',
  'range_not_satisfiable',
  'disk_failed',
  'disk_denied',
  'too_many_open_files',
  'disk_unresponsive',
  'session_gone',
  'session_starting',
  'session_restarting',
  'session_stopped',
  'session_failed',
  'session_unresponsive',
] as const satisfies ErrorCode[]

const text = { type: 'string' } as const
const header = (description: string): object => ({ description, schema: text })
const keys = [{ bearer: [] }, { apiKey: [] }]

/** Their Path Items, by path. */
export function streamPaths(): Record<string, Record<string, object>> {
  return {
    [contentPath]: { get: content('get_content', true), head: content('head_content', false) },
    [eventStreamPath]: { get: events },
    '/metrics': { get: metrics },
    '/health': { get: open('get_health', 'Says that the server is alive.', []) },
    '/ready': { get: open('get_ready', 'Says that the server takes work.', ['shutting_down']) },
  }
}

/** RFC 9110, sections 13 and 14. */
function content(operationId: string, hasBody: boolean): object {
  const bytes = hasBody ? { content: { '*/*': { schema: {} } } } : {}
  const headers = {
    ETag: header('the same for the same bytes'),
    'Accept-Ranges': header('bytes'),
    'Content-Disposition': header('inline for audio, video, raster images and plain text, else attachment'),
  }
  const part = {
    ...headers,
    'Content-Range': header('ends where what is there ends, if the rest is not fetched'),
  }
  return {
    operationId,
    tags: ['torrents'],
    summary: hasBody
      ? 'Answers the bytes of a file of a torrent, also while it is downloaded.'
      : 'Answers the headers of a file of a torrent.',
    description: 'Needs a key of scope read or control or admin, or what `create_link` gives in the query.',
    'x-scope': 'read',
    'x-stream': true,
    security: [...keys, {}],
    parameters: [
      ...parametersOf(inputFields(fileName), 'path'),
      ...parametersOf({ ...inputFields(linkParameters), required: [] }, 'query'),
      parameterOf('Range', 'header', { ...text, description: 'one range of bytes' }),
      parameterOf('If-Range', 'header', { ...text, description: 'an ETag' }),
      parameterOf('If-None-Match', 'header', { ...text, description: 'ETags' }),
    ],
    responses: {
      200: { description: 'Success', headers, ...bytes },
      ...(hasBody ? { 206: { description: 'The range that was asked for', headers: part, ...bytes } } : {}),
      304: { description: 'What If-None-Match names' },
      ...failuresOf(ofContent.filter((code) => hasBody || code !== 'range_not_satisfiable')),
    },
  }
}

const events = {
  operationId: 'get_events',
  tags: ['events'],
  summary: 'Streams updates and events as server-sent events.',
  description:
    'Needs a key of scope read or control or admin, or a ticket. Its events: update, event, ready, gap, key_revoked, shutdown.',
  'x-scope': 'read',
  'x-stream': true,
  security: [...keys, {}],
  parameters: [
    ...parametersOf(inputFields(eventStream), 'query'),
    parameterOf('Last-Event-ID', 'header', { ...text, description: 'where the stream goes on' }),
  ],
  responses: {
    200: { description: 'Success', content: { 'text/event-stream': { schema: text } } },
    ...failuresOf(ofCallers),
  },
}

const metrics = {
  operationId: 'get_metrics',
  tags: ['watching'],
  summary: 'Tells numbers for Prometheus.',
  description: 'Needs a key of all sessions.',
  responses: {
    200: { description: 'Success', content: { 'text/plain': { schema: text } } },
    ...failuresOf([...ofAny, 'unauthorized', 'forbidden', 'rate_limited']),
  },
}

/** What everybody may ask. */
function open(operationId: string, summary: string, codes: readonly ErrorCode[]): object {
  const schema = { type: 'object', properties: { status: { const: 'success' } }, required: ['status'] }
  return {
    operationId,
    tags: ['watching'],
    summary,
    description: 'Needs no key.',
    security: [],
    responses: {
      200: { description: 'Success', content: { [json]: { schema } } },
      ...failuresOf([...ofAny, ...codes]),
    },
  }
}

function parametersOf({ properties, required }: SchemaFields, place: 'path' | 'query'): object[] {
  return Object.entries(properties).map(([name, schema]) =>
    parameterOf(name, place, schema, required.includes(name)),
  )
}
