import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import * as assert from 'uvu/assert'
import { openApiDocument } from '../../../src/main/pages/openapi.ts'
import type { CommandEntry } from '../../../src/protocol/command-entry.ts'
import { errorsOf } from '../../../src/protocol/command-errors.ts'
import { commandNames, commands } from '../../../src/protocol/commands.ts'
import { contentPath } from '../../../src/protocol/content.ts'
import { errorStatus } from '../../../src/protocol/errors.ts'
import { eventStreamPath } from '../../../src/protocol/event-stream.ts'
import { adminKey } from '../../support/keys.ts'
import { makeMetainfo, writeFiles } from '../../support/metainfo.ts'
import { get } from '../../support/read-content.ts'
import { request } from '../../support/request.ts'
import { startTestServer } from '../../support/server.ts'
import { addTorrent, openSession, whenState } from '../../support/sessions.ts'
import { suite } from '../../support/suite.ts'

const openapi = suite('src/main/pages/openapi')

interface Operation {
  readonly operationId: string
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, Told>>
}
interface Told {
  readonly headers?: object
  readonly content?: Readonly<Record<string, Media>>
}
interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
}
interface Media {
  readonly schema: { readonly properties: Readonly<Record<string, unknown>>; readonly required?: string[] }
}
const { paths } = openApiDocument() as { paths: Record<string, Record<string, Operation>> }

function operation(name: keyof typeof commands): Operation {
  const { method, path } = commands[name]
  const found = paths[path]?.[method.toLowerCase()]
  if (found?.operationId !== name) throw new Error(`no operation ${name}`)
  return found
}

openapi('the server gives it to everybody, and an independent validator finds it valid', async () => {
  await using server = await startTestServer({ ADMIN_KEY: `rt_${'a'.repeat(64)}` })
  const { status, headers, body } = await request(`${server.address}/openapi.json`)
  assert.is(status, 200)
  assert.is(headers.get('content-type'), 'application/json')
  const validator = new Validator()
  const result = await validator.validate(body)
  assert.equal(result.errors, undefined)
  assert.ok(result.valid)
  assert.is(validator.version, '3.1')
})

openapi('content, events and what machines watch are told too, as the server answers them', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const { rest } = server
  const made = makeMetainfo({ content: 40_000 })
  writeFiles(join(server.rootDir, 'here'), made)
  const session = await openSession(rest)
  await addTorrent(rest, session, { file: made.bytes })
  await whenState(rest, session, made.infoHash, 'seeding')
  const of = { session_id: session.id, info_hash: made.infoHash, index: '0' }
  const answers: [method: string, path: string, headers: Record<string, string>, status: number][] = [
    ['get', contentPath, {}, 200],
    ['get', contentPath, { range: 'bytes=1-2' }, 206],
    ['get', contentPath, { 'if-none-match': `"${made.infoHash}.0"` }, 304],
    ['get', contentPath, { range: 'bytes=40000-' }, 416],
    ['get', contentPath, { authorization: '' }, 401],
    ['head', contentPath, {}, 200],
    ['get', eventStreamPath, {}, 400],
    ['get', '/metrics', {}, 200],
    ['get', '/metrics', { authorization: '' }, 401],
    ['get', '/health', { authorization: '' }, 200],
    ['get', '/ready', { authorization: '' }, 200],
  ]
  for (const [method, path, headers, status] of answers) {
    const address = path.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof of) => of[name])
    const got = await get(server.address + address, headers, method.toUpperCase())
    assert.is(got.status, status, `${method} ${path}`)
    const told = paths[path]?.[method]?.responses[String(status)]
    assert.ok(told, `${method} ${path} ${status}`)
    const type = got.headers.get('content-type')?.split(';')[0] ?? ''
    const types = Object.keys(told.content ?? {})
    assert.ok(method === 'head' || status === 304 || types.includes('*/*') || types.includes(type), type)
    if (told.headers) for (const name of Object.keys(told.headers)) assert.ok(got.headers.has(name), name)
  }
  const names = paths[contentPath]?.['get']?.parameters?.flatMap((one) => ('name' in one ? one.name : []))
  const inQuery = ['expires', 'key', 'signature']
  assert.equal(names, [...Object.keys(of), ...inQuery, 'Range', 'If-Range', 'If-None-Match'])
  assert.ok(operation('get_playlist').responses['200']?.content?.['audio/x-mpegurl'])
})

openapi('every parameter of every command has its one place', () => {
  for (const name of commandNames) {
    const { parameters: all = [], requestBody } = operation(name)
    const parameters = all.filter((one) => 'name' in one)
    const inBody = Object.keys(requestBody?.content['application/json']?.schema.properties ?? {})
    const named = [...parameters.map((one) => one.name), ...inBody]
    assert.equal(named.sort(), Object.keys(commands[name].input.shape).sort(), name)
    for (const one of parameters) assert.is(one.in === 'path', commands[name].path.includes(`{${one.name}}`))
  }
})

openapi('every command tells the codes of its failures at their statuses', () => {
  for (const name of commandNames) {
    const { responses } = operation(name)
    const codes = errorsOf(name)
    const { status = 200 }: CommandEntry = commands[name]
    const statuses = [String(status), ...new Set(codes.map((code) => String(errorStatus[code])))].sort()
    assert.equal(Object.keys(responses).sort(), statuses, name)
  }
  assert.ok(errorsOf('upload_torrent').includes('torrent_exists'))
  assert.not(errorsOf('get_session_list').includes('session_not_found'))
})

openapi('a POST takes an Idempotency-Key, but for a ticket and a preview', () => {
  const heeding = commandNames.filter((name) => operation(name).parameters?.some((one) => '$ref' in one))
  const posts = commandNames.filter((name) => commands[name].method === 'POST')
  assert.equal(
    heeding,
    posts.filter((name) => !['create_ticket', 'preview_torrent'].includes(name)),
  )
})

openapi('a file is base64 in JSON and bytes in a form, and defaults are told', () => {
  const { requestBody } = operation('upload_torrent')
  const { file, autostart } = requestBody?.content['application/json']?.schema.properties as Record<
    string,
    { contentEncoding?: string; default?: unknown }
  >
  assert.is(file?.contentEncoding, 'base64')
  const encoded = commandNames.flatMap((name) => {
    const fields = operation(name).requestBody?.content['application/json']?.schema.properties ?? {}
    return Object.entries(fields).flatMap(([field, schema]) => {
      return (schema as typeof file)?.contentEncoding === undefined ? [] : [`${name} ${field}`]
    })
  })
  assert.equal(encoded, ['upload_torrent file', 'preview_torrent file'])
  assert.is(autostart?.default, true)
  const part = requestBody?.content['multipart/form-data']?.schema.properties['file'] as object
  assert.is('contentMediaType' in part, true)
})

openapi('its patterns mean the same to readers that know no properties of Unicode', () => {
  const patterns: string[] = []
  JSON.stringify({ paths }, (key, value: unknown) => {
    if (key === 'pattern') patterns.push(String(value))
    return value
  })
  assert.ok(patterns.length > 0)
  for (const pattern of patterns) assert.not.match(pattern, /\\p/i)
})

openapi.run()
