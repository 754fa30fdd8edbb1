/** How REST parameters may be written, on the whole server. */
import * as assert from 'uvu/assert'
import type { SessionView } from '../../src/protocol/session.ts'
import { freePort } from '../support/ports.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { request, type HttpAnswer, type RequestOptions } from '../support/request.ts'
import { shareServer, type TestServer } from '../support/server.ts'
import { openSession } from '../support/sessions.ts'
import { suite } from '../support/suite.ts'

const parameters = suite('test/e2e/rest-parameters')
const shared = shareServer(parameters)
const made = makeMetainfo({ content: 20_000 })

async function post(server: TestServer, path: string, options: RequestOptions): Promise<HttpAnswer> {
  return await request(server.address + path, { method: 'POST', ...options })
}

function multipart(fields: Record<string, string>, file?: Uint8Array): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  if (file !== undefined) form.set('file', new Blob([new Uint8Array(file)]), 'made.torrent')
  return form
}

function sessionOf(answer: HttpAnswer): SessionView {
  assert.is(answer.status, 200, answer.text)
  return answer.body['session'] as SessionView
}

function isFailure(answer: HttpAnswer, status: number, code: string): void {
  const { body } = answer
  assert.is(answer.status, status, answer.text)
  assert.is(body.status, 'fail')
  assert.equal(body.error, { code, message: body.message })
}

const forms: [title: string, options: (port: number) => RequestOptions & { query?: string }][] = [
  ['the query', (port) => ({ query: `?port_range=${port},${port}&memory_only=1&dht=0&max_peers=7&name=n` })],
  [
    'an urlencoded form',
    (port) => ({
      form: new URLSearchParams({
        port_range: `${port},${port}`,
        memory_only: '1',
        dht: '0',
        max_peers: '7',
        name: 'n',
      }),
    }),
  ],
  [
    'a multipart form',
    (port) => ({
      form: multipart({
        port_range: `${port},${port}`,
        memory_only: '1',
        dht: '0',
        max_peers: '7',
        name: 'n',
      }),
    }),
  ],
  [
    'a JSON body with strings',
    (port) => ({
      json: { port_range: `${port},${port}`, memory_only: '1', dht: '0', max_peers: '7', name: 'n' },
    }),
  ],
  [
    'a JSON body with numbers',
    (port) => ({ json: { port_range: [port, port], memory_only: 1, dht: 0, max_peers: 7, name: 'n' } }),
  ],
  [
    'a JSON body with booleans',
    (port) => ({ json: { ports: [port], memory_only: true, dht: false, max_peers: 7, name: 'n' } }),
  ],
]

for (const [title, optionsOf] of forms) {
  parameters(`create_session takes its parameters from ${title}`, async () => {
    const server = shared()
    const port = await freePort()
    const { query = '', ...options } = optionsOf(port)
    const session = sessionOf(await post(server, `/v1/sessions${query}`, options))
    const { memory_only, name, settings } = session
    assert.equal(
      { port: session.port, memory_only, name, dht: settings.dht, max_peers: settings.max_peers },
      { port, memory_only: true, name: 'n', dht: false, max_peers: 7 },
    )
  })
}

const uploads: [title: string, options: RequestOptions & { query?: string }][] = [
  ['a multipart form', { form: multipart({ save_path: 'here', autostart: '0' }, made.bytes) }],
  [
    'a JSON body as base64',
    { json: { file: made.bytes.toString('base64'), save_path: 'here', autostart: 0 } },
  ],
  [
    'an urlencoded form as base64',
    { form: new URLSearchParams({ file: made.bytes.toString('base64'), save_path: 'here', autostart: '0' }) },
  ],
]

for (const [title, { query = '', ...options }] of uploads) {
  parameters(`upload_torrent takes the file from ${title}`, async () => {
    const server = shared()
    const { id } = await openSession(server.rest)
    const answer = await post(server, `/v1/sessions/${id}/torrents${query}`, options)
    assert.is(answer.status, 200, answer.text)
    assert.is(answer.body['info_hash'], made.infoHash)
    assert.is(answer.body['state'], 'stopped')
  })
}

parameters('upload_torrent takes the body itself as the file, and the rest from the query', async () => {
  const server = shared()
  const { id } = await openSession(server.rest)
  const answer = await fetch(`${server.address}/v1/sessions/${id}/torrents?save_path=here&autostart=0`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-bittorrent', connection: 'close' },
    body: new Uint8Array(made.bytes),
  })
  assert.is(((await answer.json()) as { info_hash: string }).info_hash, made.infoHash)
})

parameters('an unknown parameter is refused by its name', async () => {
  const server = shared()
  const answers = [
    await post(server, '/v1/sessions?colour=blue', {}),
    await post(server, '/v1/sessions', { json: { colour: 'blue' } }),
    await post(server, '/v1/sessions', { form: new URLSearchParams({ colour: 'blue' }) }),
    await request(`${server.address}/v1/sessions?colour=blue`),
  ]
  for (const answer of answers) {
    isFailure(answer, 400, 'unknown_parameter')
    assert.match(String(answer.body.message), 'colour')
  }
})

parameters('callback, _, t_id and command never count as unknown', async () => {
  const server = shared()
  const answer = await request(`${server.address}/v1/sessions?callback=f&_=1&t_id=1&command=get_session_list`)
  assert.is(answer.status, 200)
  assert.match(answer.text, '{"status":"success","sessions":[]}')
  const created = await post(server, '/v1/sessions?_=1', {
    json: { t_id: '1', command: 'create_session', ports: [await freePort()], dht: 0 },
  })
  assert.is(created.status, 200, created.text)
})

const wrong: [name: string, value: unknown][] = [
  ['memory_only', 2],
  ['memory_only', 'yes'],
  ['port_range', '6891,6881'],
  ['port_range', '0,70000'],
  ['port_range', 'many'],
  ['ports', []],
  ['ports', [0]],
  ['max_peers', 0],
  ['download_limit', -1],
  ['upload_limit', '1.5'],
  ['name', 'a\nb'],
]

parameters('a parameter of a wrong form is refused by its name', async () => {
  const server = shared()
  for (const [name, value] of wrong) {
    const answer = await post(server, '/v1/sessions', { json: { [name]: value } })
    isFailure(answer, 400, 'invalid_parameter')
    assert.match(String(answer.body.message), name)
  }
})

parameters('a parameter that is missing is named', async () => {
  const server = shared()
  const { id } = await openSession(server.rest)
  const answer = await post(server, `/v1/sessions/${id}/torrents`, { json: { magnet: 'magnet:?xt=' } })
  isFailure(answer, 400, 'missing_parameter')
  assert.match(String(answer.body.message), 'save_path')
})

parameters('malformed ids and unknown paths are 404 in the shape of a failure', async () => {
  const server = shared()
  const { id } = await openSession(server.rest)
  const at = async (path: string, method = 'GET') => await request(server.address + path, { method })
  isFailure(await at('/v1/sessions/zz'), 404, 'session_not_found')
  isFailure(await at(`/v1/sessions/${id.toUpperCase()}x`), 404, 'session_not_found')
  isFailure(await at('/v1/sessions/zz', 'DELETE'), 404, 'session_not_found')
  isFailure(await at(`/v1/sessions/${id}/torrents/zz`), 404, 'torrent_not_found')
  isFailure(await at(`/v1/sessions/${id}/torrents/${'0'.repeat(40)}`), 404, 'torrent_not_found')
  isFailure(await at('/v1'), 404, 'not_found')
  isFailure(await at('/v2/sessions'), 404, 'not_found')
  isFailure(await at('/v1/sessions/%2e%2e/%2e%2e/etc/passwd'), 404, 'not_found')
})

parameters('a known path with a wrong method is 405 and names the right ones', async () => {
  const server = shared()
  const answer = await request(`${server.address}/v1/sessions`, { method: 'PUT' })
  isFailure(answer, 405, 'method_not_allowed')
  assert.is(answer.headers.get('allow'), 'GET, POST, HEAD, OPTIONS')
})

parameters('a JSON body that is no object is 400', async () => {
  const server = shared()
  for (const text of ['[]', '"a"', '1', 'null', 'true', '{', '{"a":1}{']) {
    const headers = { 'content-type': 'application/json' }
    isFailure(await post(server, '/v1/sessions', { text, headers }), 400, 'invalid_body')
  }
})

parameters.run()
