/** What pages of any site can do: read by JSONP and CORS, and nothing more. */
import { runInNewContext } from 'node:vm'
import * as assert from 'uvu/assert'
import type { Answered } from '../support/faces.ts'
import { request } from '../support/request.ts'
import { shareServer, type TestServer } from '../support/server.ts'
import { openSession } from '../support/sessions.ts'
import { suite } from '../support/suite.ts'

const browser = suite('test/e2e/browser')
const shared = shareServer(browser)

/** Runs the script as a page would, and gives what its callback was called with. */
async function loadScript(server: TestServer, path: string): Promise<Answered> {
  const { status, headers, text } = await request(`${server.address}${path}`)
  assert.is(status, 200)
  assert.match(String(headers.get('content-type')), 'javascript')
  const told: string[] = []
  runInNewContext(text, { page: { take: (body: unknown) => told.push(JSON.stringify(body)) } })
  assert.is(told.length, 1)
  return JSON.parse(told[0] ?? '') as Answered
}

browser('reads answer JSONP as a call of the callback', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  const list = await loadScript(server, '/v1/sessions?callback=page.take&_=17')
  assert.is(list.status, 'success')
  assert.is((list['sessions'] as { id: string }[])[0]?.id, session.id)
  const one = await loadScript(server, `/v1/sessions/${session.id}?callback=page.take`)
  assert.is(one['port'], session.port)
  const torrents = await loadScript(server, `/v1/sessions/${session.id}/torrents?callback=page.take`)
  assert.equal(torrents, { status: 'success', torrents: [] })
})

browser('JSONP tells a failure with status 200, so that the page hears of it', async () => {
  const server = shared()
  const failed = await loadScript(server, `/v1/sessions/${'0'.repeat(40)}?callback=page.take`)
  assert.is(failed.status, 'fail')
  assert.is(failed.error?.code, 'session_not_found')
})

browser('writes take no callback, and a callback must be a name', async () => {
  const server = shared()
  const write = await request(`${server.address}/v1/sessions?callback=f`, { method: 'POST' })
  assert.is(write.status, 400)
  const script = await request(`${server.address}/v1/sessions?callback=alert(1)//`)
  assert.is(script.status, 400)
  assert.is(script.body.error?.code, 'invalid_parameter')
})

browser('every answer allows every origin to read it', async () => {
  const server = shared()
  const headers = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }
  for (const path of ['/v1/sessions', '/v1/sessions/zz', '/nowhere', '/health', '/v1/sessions?callback=f']) {
    const answer = await request(server.address + path, { headers })
    assert.is(answer.headers.get('access-control-allow-origin'), '*', path)
  }
})

browser('a preflight is answered with the methods and headers of the API', async () => {
  const server = shared()
  const { status, headers, text } = await request(`${server.address}/v1/sessions`, {
    method: 'OPTIONS',
    headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' },
  })
  assert.is(status, 204)
  assert.is(text, '')
  assert.is(headers.get('access-control-allow-origin'), '*')
  for (const method of ['GET', 'POST', 'DELETE']) {
    assert.match(String(headers.get('access-control-allow-methods')), method)
  }
  assert.match(String(headers.get('access-control-allow-headers')), 'Content-Type')
})

browser("another site's page cannot write while no key is required", async () => {
  const server = shared()
  const headers = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }
  const answer = await request(`${server.address}/v1/sessions`, { method: 'POST', headers })
  assert.is(answer.status, 403)
  assert.is(answer.body.error?.code, 'cross_site_request')
})

browser.run()
