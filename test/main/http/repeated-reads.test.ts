import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import * as assert from 'uvu/assert'
import { createHttpServer, type HttpServer } from '../../../src/main/http/server.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { suite, within } from '../../support/suite.ts'
import { readyReply, recordedApp, sessionId, torrentsPath, type Body } from './recorded-handlers.ts'

const reads = suite('src/main/http/repeated-reads')
const servers: HttpServer[] = []

reads.after.each(async () => {
  await Promise.all(servers.splice(0).map((one) => one.close(0)))
})

interface Got {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

async function serve() {
  const recorded = recordedApp()
  recorded.answers.get_torrent_list = () => readyReply('debian')
  const http = createHttpServer(recorded.app, recorded.log)
  servers.push(http)
  const { port } = await http.listen('127.0.0.1', 0)
  const get = async (path: string, headers: Record<string, string> = {}, body = ''): Promise<Got> => {
    const request = httpRequest({ port, path, headers, agent: false }).end(body)
    const [response] = (await within(5000, 'an answer', once(request, 'response'))) as [IncomingMessage]
    let text = ''
    for await (const chunk of response) text += String(chunk)
    return { status: response.statusCode, headers: response.headers, text }
  }
  return { ...recorded, get, http }
}

const codeOf = ({ text }: Got): string => (JSON.parse(text) as Body).error?.code ?? 'success'

const volatile = ['date']
const lasting = ({ status, headers, text }: Got) => {
  const kept = Object.entries(headers).filter(([name]) => !volatile.includes(name))
  return { status, text, headers: kept.sort(([a], [b]) => a.localeCompare(b)) }
}

for (const [title, path, headers] of [
  ['a ready body', torrentsPath, {}],
  ['a tag that is known', torrentsPath, { 'if-none-match': '"7"' }],
  ['a value', '/v1/sessions', {}],
] as const) {
  reads(`the second answer of ${title} is the first one, down to its headers`, async () => {
    const { get, calls } = await serve()
    const first = await get(path, headers)
    assert.equal(lasting(await get(path, headers)), lasting(first))
    assert.is(calls.length, 2)
    assert.equal(calls[1], calls[0])
  })
}

reads('a query is read anew each time', async () => {
  const { get, calls } = await serve()
  const updates = `/v1/updates?topic=torrents&session_id=${sessionId}&since=`
  for (const since of ['a-1', 'a-2', 'b%2d3']) assert.is((await get(`${updates}${since}`)).status, 200)
  assert.equal(
    calls.map(({ input }) => input['since']),
    ['a-1', 'a-2', 'b-3'],
  )
  const first = await get(`${torrentsPath}?limit=3&sort=name&session_id=other`)
  const second = await get(`${torrentsPath}?limit=3&sort=name&session_id=other`)
  assert.equal(lasting(second), lasting(first))
  assert.equal(calls.at(-1), calls.at(-2))
})

reads('what is wrong with a query is told as at the first time', async () => {
  const { get } = await serve()
  const wrong = ['limit=x', 'limit=1&limit=2', 'nonsense=1', '__proto__=1', 'api_key=x', '%63allback=1.']
  const asFirst = new Map<string, ReturnType<typeof lasting>>()
  for (const query of wrong) asFirst.set(query, lasting(await get(`${torrentsPath}?${query}`)))
  await get(torrentsPath)
  for (const query of wrong) {
    const again = lasting(await get(`${torrentsPath}?${query}`))
    assert.equal(again, asFirst.get(query), query)
    assert.match(again.text, '"fail"')
  }
  assert.match((await get(`${torrentsPath}?%63allback=f`)).text, '/**/f(')
})

reads('a later answer is made anew', async () => {
  const { get, answers } = await serve()
  await get(torrentsPath)
  answers.get_torrent_list = () => readyReply('ubuntu', '"8"')
  const second = await get(torrentsPath, { 'if-none-match': '"7"' })
  assert.is(second.headers.etag, '"8"')
  assert.match(second.text, 'ubuntu')
  answers.get_torrent_list = () => Promise.reject(new RestTorrentError('session_not_found', 'gone'))
  const third = await get(torrentsPath)
  assert.equal([third.status, codeOf(third)], [404, 'session_not_found'])
})

reads('a bug in a later answer is logged and internal', async () => {
  const { get, answers, logged } = await serve()
  await get(torrentsPath)
  answers.get_torrent_list = () => {
    throw new TypeError('a bug')
  }
  assert.is(codeOf(await get(torrentsPath)), 'internal')
  assert.is(logged.length, 1)
})

reads('the host is checked every time', async () => {
  const { get, calls } = await serve()
  await get(torrentsPath)
  const refused = await get(torrentsPath, { host: 'evil.example' })
  assert.equal([refused.status, codeOf(refused)], [421, 'host_not_allowed'])
  assert.is(calls.length, 1)
})

reads('a body, a callback or another method is routed', async () => {
  const { get, http, calls } = await serve()
  await get('/v1/sessions')
  const json = { 'content-type': 'application/json', 'content-length': '7' }
  assert.is(codeOf(await get('/v1/sessions', json, '{"a":1}')), 'unknown_parameter')
  for (let i = 0; i < 2; i += 1) assert.match((await get('/v1/sessions?callback=f')).text, '/**/f(')
  const address = http.server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  await (await fetch(`http://127.0.0.1:${port ?? 0}/v1/sessions`, { method: 'POST' })).text()
  assert.equal(
    calls.map(({ name }) => name),
    ['get_session_list', 'get_session_list', 'get_session_list', 'create_session'],
  )
})

reads('more paths than are remembered are answered all the same', async () => {
  const { http, calls, get } = await serve()
  const address = http.server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const idOf = (i: number): string => i.toString(16).padStart(40, '0')
  for (let i = 0; i < 1100; i += 1) {
    await (await fetch(`http://127.0.0.1:${port}/v1/sessions/${idOf(i)}`)).text()
  }
  assert.is((await get(`/v1/sessions/${idOf(0)}`)).status, 200)
  assert.is(calls.length, 1101)
})

reads.run()
