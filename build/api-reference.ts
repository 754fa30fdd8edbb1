/** The reference page of the API as Markdown, from the command table and the list of errors. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { defaultOf } from '../src/protocol/command-schema.ts'
import { commandNames, commands, type CommandName } from '../src/protocol/commands.ts'
import { contentPath } from '../src/protocol/content.ts'
import { liveCommands, liveEvent } from '../src/protocol/live.ts'
import { errorStatus } from '../src/protocol/errors.ts'

type Schema = z.core.JSONSchema.BaseSchema
type Fields = Record<string, z.core.JSONSchema._JSONSchema>

const contents = `## Content of files

\`GET ${contentPath}\` (and \`HEAD\`) answers the bytes of a file; \`index\` is its place in the metainfo, from 0. Any
key that sees the session will do. Over HTTP only; it is a stream and no command.

- \`Range\` with one range is answered 206, a range with no byte of the file 416; several ranges are answered with the
  whole file. \`If-Range\`, \`If-None-Match\` and \`HEAD\` work with the \`ETag\`: what an info hash names never changes.
- Nothing is sent that was not verified. Of a torrent that is being downloaded, what is missing is fetched before all
  else, the pieces in front of the reader first, for several readers at the same time, until they have gone; a missing
  piece is waited for a minute. Before the first byte a failure has its code, \`content_missing\` or \`files_changed\`
  among them; later the connection is cut.
- A torrent that is stopped or in \`error\` gives what is there: a range ends where that ends (\`Content-Range\` says so).
  A file with priority 0 is not fetched for its readers.
- Video, audio, raster images and plain text have their type, everything else is an attachment; all of it is
  sandboxed by \`Content-Security-Policy\`.
- \`create_link\` and \`get_playlist\` give links that need no header, for players: whoever has one may read that file
  until it ends, or the key that made it does.
- A key has 32 such answers at a time, the server 256; who takes nothing for five minutes is cut.`

const preface = `# API

Every command is a REST route and a Socket.IO command. This page is made by \`npm run docs\`.

- REST: parameters come in the query, in a form, in a JSON body or, a file, as multipart or as the body itself
  (\`application/x-bittorrent\`). A success is \`{"status":"success", …}\`, a failure
  \`{"status":"fail","message":"…","error":{"code":"…","message":"…"}}\` with the status of its code.
- Socket.IO: \`socket.emit('v1', { t_id, command, … })\`, where \`t_id\` comes back in the answer, a \`v1\` event and
  the acknowledgement if one is asked for.
- JSONP, where it says yes: \`?callback=name\`; failures come with status 200.
- Reads that are a snapshot say how old it is: \`Snapshot-Age-Ms\` and \`Snapshot-Stale\`, in Socket.IO
  \`snapshot_age_ms\` and \`snapshot_stale\`. Lists have an \`ETag\`.
- \`Idempotency-Key\`, a header of up to 255 ASCII characters (in Socket.IO the field \`idempotency_key\` beside
  \`t_id\`), on any POST but \`create_ticket\` and
  \`preview_torrent\`: for a day, and for each API key apart, the same request with the same
  one is answered the same and run once, also while the first still runs and, where what it made is durable, over a
  crash. With another request it is \`idempotency_key_reused\`. A failure is not kept: nothing was made, and a repeat
  tries again. What answers with a secret (\`create_key\`) is run once too, but the secret is kept nowhere: a repeat
  is \`already_shown\` and names the key, to be revoked and made again under another Idempotency-Key. Of one API key
  the 5,000 newest answers are kept, up to 32 MiB, of all 20,000 and 128 MiB.
- A flag is \`1\`, \`0\`, \`true\` or \`false\`.
`

/** The whole page. */
export function apiReference(): string {
  const sections = [preface, ...commandNames.map(commandSection), contents, liveSection(), errorSection()]
  return `${sections.map((section) => section.trim()).join('\n\n')}\n`
}

function commandSection(name: CommandName): string {
  const { method, path, scope, jsonp, description, input, output } = commands[name]
  return [
    `## ${name}`,
    `\`${method} ${path}\` · scope \`${scope}\` · JSONP ${jsonp ? 'yes' : 'no'}`,
    description,
    '### Parameters',
    table(['Name', 'Type', 'Required', 'Default', 'Description'], parameterRows(input)),
    '### Response',
    table(['Field', 'Type', 'Description'], fieldRows(toSchema(output, 'output'))),
  ].join('\n\n')
}

function parameterRows(input: z.ZodObject): string[][] {
  const { properties = {}, required = [] } = toSchema(input, 'input')
  return Object.entries(properties as Fields).map(([name, field]) => {
    const schema = asSchema(field)
    const isRequired = required.includes(name)
    const where = name === 'session_id' || name === 'info_hash' ? 'in the path' : ''
    return [
      code(name),
      typeName(schema),
      isRequired ? 'yes' : 'no',
      defaultText(input, name),
      schema.description ?? where,
    ]
  })
}

/** A default as JSON; empty where there is none. */
function defaultText(input: z.ZodObject, name: string): string {
  const initial = defaultOf(input, name)
  return initial === undefined ? '' : code(JSON.stringify(initial))
}

function fieldRows(schema: Schema, prefix = ''): string[][] {
  return Object.entries((schema.properties ?? {}) as Fields).flatMap(([name, field]) => {
    const own = asSchema(field)
    const { inner, suffix } = innerObject(own)
    const optional = schema.required?.includes(name) === true ? '' : ', optional'
    const row = [code(`${prefix}${name}`), `${typeName(own)}${optional}`, own.description ?? '']
    return [row, ...(inner === undefined ? [] : fieldRows(inner, `${prefix}${name}${suffix}.`))]
  })
}

/** The object inside a list or beside null. */
function innerObject(schema: Schema): { inner: Schema | undefined; suffix: string } {
  if (schema.type === 'array') return { inner: asSchema(schema.items as Schema), suffix: '[]' }
  const inner = [schema, ...(schema.anyOf ?? []).map(asSchema)].find(({ properties }) => properties)
  return { inner, suffix: '' }
}

const flagType = 'boolean,0,1,"0","1","true","false"'

function typeName(schema: Schema): string {
  const names = alternatives(schema)
  if (names.join() === flagType) return 'flag'
  // the closed list of error codes has a table of its own
  if (names.length > 30) return '[error code](#errors)'
  return names.map((name) => (name.startsWith('"') ? code(name) : name)).join(', ')
}

function alternatives(schema: Schema): string[] {
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap((one) => alternatives(asSchema(one)))
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value))
  if (schema.type === 'array')
    return [`list of ${alternatives(asSchema(schema.items as Schema)).join(' or ')}`]
  return [schema.type ?? 'binary'].flat()
}

const following = `## Following

Over Socket.IO these commands exist too, for as long as the connection. A row is told as \`added\` (whole, as far as
its fields are followed), \`changed\` (its key and the changed fields) or \`removed\`.

- \`subscribe\` answers \`update\`, and from then on \`v1.update\` events of the same form come, at most one in
  \`interval_ms\`: \`{ topic, session_id?, from?, revision, sessions?: { added, changed, removed },
  torrents?: [{ session_id, added, changed, removed }] }\`. One without \`from\` begins anew: forget what was known.
  One whose \`from\` is not the \`revision\` before it is a gap: subscribe again with \`since\`. An \`error\` that is
  gone is null. A session that was added or removed has none of the torrents that were known of it.
- Who does not read gets nothing, and then the latest in one update. A revision is of one run of the server; with one
  of another, \`since\` answers everything.
- The topic \`events\` answers \`events\` since then, \`last_id\`, and \`is_complete: false\` where more happened than is
  kept (10,000, at most a day, of one run of the server); each event comes as \`v1.event\`.`

const streaming = `### GET /v1/events

The same as server-sent events, for what reads a stream of text and no more, such as a browser's EventSource. The
parameters are those of \`subscribe\` and \`events=1\` (events beside the updates of another topic); the caller is known
by its key in a header, or by \`ticket\`, which \`create_ticket\` gives.

- \`update\`: as \`v1.update\`, the first with what is there; \`event\`: as \`v1.event\`. Their \`id\` says how far the
  follower has come: in the header \`Last-Event-ID\` (an EventSource does that by itself), or as \`since\`, it makes the next
  stream go on there.
- \`ready\`: the events that were missed have come; \`gap\`, before them: more happened than is kept.
- \`key_revoked\` and \`shutdown\` are the last of their streams. A comment comes every 15 s. Who reads nothing in that
  time, or leaves 4 MiB unread, is cut. A key has as many streams as it may have sockets.`

function liveSection(): string {
  const head = ['Name', 'Type', 'Required', 'Default', 'Description']
  const sections = Object.entries(liveCommands).map(([name, { description, input }]) =>
    [`### ${name}`, description, table(head, parameterRows(input))].join('\n\n'),
  )
  const event = table(['Field', 'Type', 'Description'], fieldRows(toSchema(liveEvent, 'output')))
  return [following, ...sections, streaming, '### Events', event].join('\n\n')
}

function errorSection(): string {
  const comments = errorComments()
  const rows = Object.entries(errorStatus).map(([name, status]) => [
    code(name),
    String(status),
    comments[name] ?? '',
  ])
  return ['## Errors', table(['Code', 'Status', 'Meaning'], rows)].join('\n\n')
}

/** The comment above each code, which is not there at run time. */
function errorComments(): Partial<Record<string, string>> {
  const source = readFileSync(join(import.meta.dirname, '../src/protocol/errors.ts'), 'utf8')
  const lines = source.matchAll(/\/\*\* (.+?) \*\/\s+(\w+): \d{3},/g)
  return Object.fromEntries([...lines].map(([, comment = '', name = '']) => [name, comment]))
}

function toSchema(schema: z.ZodObject, io: 'input' | 'output'): Schema {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' })
}

function asSchema(schema: z.core.JSONSchema._JSONSchema): Schema {
  return typeof schema === 'boolean' ? {} : schema
}

function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return 'None.'
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}
