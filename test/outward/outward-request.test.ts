import type { IncomingHttpHeaders } from 'node:http'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { failedFetch, fetchLocal } from './fetching.ts'
import { closeOrigins, startOrigin, type Origin } from './origin.ts'

const test = suite('main/outward/outward-request')
test.after.each(closeOrigins)

interface Arrival {
  method: string | undefined
  url: string | undefined
  headers: IncomingHttpHeaders
  body: string
}

/** Redirects `/<status>` to `target` and answers everything else; remembers what arrived. */
async function startRedirecting(
  target: string,
  address?: string,
): Promise<{ origin: Origin; arrivals: Arrival[] }> {
  const arrivals: Arrival[] = []
  const origin = await startOrigin((request, response) => {
    const { method, url, headers } = request
    let body = ''
    request.on('data', (bytes: Buffer) => (body += bytes.toString()))
    request.on('end', () => {
      arrivals.push({ method, url, headers, body })
      const status = Number(url?.slice(1))
      if (status >= 300) response.writeHead(status, { location: target, 'set-cookie': 'a=b' })
      response.end('arrived')
    })
  }, address)
  return { origin, arrivals }
}

test('three redirects are followed, a fourth is not', async () => {
  const origin = await startOrigin((request, response) => {
    const left = Number(request.url?.slice(1))
    if (left > 0) response.writeHead(302, { location: `/${left - 1}` })
    response.end('arrived')
  })
  assert.is((await fetchLocal(`${origin.url}/3`)).url, `${origin.url}/0`)
  await failedFetch(`${origin.url}/4`, {}, 'fetch_failed', /^127\.0\.0\.1:\d+: too many redirects$/)
  await failedFetch(`${origin.url}/1`, { maxRedirects: 0 }, 'fetch_failed', /too many redirects$/)
  assert.is(origin.connections, 4 + 4 + 1)
})

test('within an origin headers stay, and the status decides on method and body; no cookie comes back', async () => {
  const expected = { 301: 'GET', 302: 'GET', 303: 'GET', 307: 'POST', 308: 'POST' }
  const { origin, arrivals } = await startRedirecting('/end')
  for (const [status, method] of Object.entries(expected)) {
    await fetchLocal(`${origin.url}/${status}`, {
      method: 'POST',
      body: 'b',
      headers: { 'x-key': 'k', 'content-type': 't/t' },
    })
    const last = arrivals.at(-1)
    if (last === undefined) throw new Error('nothing arrived')
    assert.is(last.method, method)
    assert.is(last.body, method === 'POST' ? 'b' : '')
    assert.is(last.headers['content-type'], method === 'POST' ? 't/t' : undefined)
    assert.is(last.headers['x-key'], 'k')
    assert.is(last.headers.cookie, undefined)
  }
})

test('headers but the user agent do not cross to another origin', async () => {
  const there = await startRedirecting('/end')
  const here = await startRedirecting(`${there.origin.url}/end`)
  const fetched = await fetchLocal(`${here.origin.url}/302`, {
    headers: { authorization: 'Bearer k', 'x-key': 'k', 'user-agent': 'somebody/1' },
  })
  assert.is(fetched.url, `${there.origin.url}/end`)
  const [arrival] = there.arrivals
  assert.is(arrival?.headers.authorization, undefined)
  assert.is(arrival?.headers['x-key'], undefined)
  assert.is(arrival?.headers['user-agent'], 'somebody/1')
  assert.is(arrival?.headers.host, `127.0.0.1:${there.origin.port}`)
})

test('a body does not cross to another origin', async () => {
  const there = await startRedirecting('/end')
  const here = await startRedirecting(`${there.origin.url}/end`)
  const post = { method: 'POST', body: 'b' } as const
  await failedFetch(`${here.origin.url}/307`, post, 'fetch_failed', /redirected a body to another origin$/)
  assert.is(there.origin.connections, 0)
  assert.is((await fetchLocal(`${here.origin.url}/303`, post)).status, 200)
  assert.is(there.arrivals[0]?.body, '')
})

test('a redirect to another scheme, to credentials or to no URL is not followed and not named', async () => {
  for (const target of [
    'file:///etc/passwd',
    'ftp://secret/',
    'data:,x',
    'http://secret:p@127.0.0.1/',
    'http://',
  ]) {
    const { origin } = await startRedirecting(target)
    const error = await failedFetch(
      `${origin.url}/302`,
      {},
      'fetch_failed',
      /redirected to a URL that is not allowed$/,
    )
    assert.not.match(error.message, /secret|passwd/)
  }
})

test('a redirect status without a location is an answer like any other', async () => {
  const origin = await startOrigin((_, response) => response.writeHead(302).end())
  await failedFetch(origin.url, {}, 'fetch_failed', /answered 302$/)
})

test.run()
