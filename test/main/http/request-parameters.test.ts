import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { mergeValues, queryParameters } from '../../../src/main/http/query-parameters.ts'
import { suite } from '../../support/suite.ts'
import {
  failureOf,
  infoHash,
  recordedApp,
  sessionId,
  torrentPath,
  torrentsPath,
} from './recorded-handlers.ts'

const parameters = suite('src/main/http/request-parameters')

const json = 'application/json'
const form = 'application/x-www-form-urlencoded'

parameters('come from query, form and path together', async () => {
  const { post, calls } = recordedApp()
  await post(`${torrentsPath}?save_path=query&autostart=0`, form, 'save_path=the+body&magnet=m%26m')
  const { input } = calls[0] ?? {}
  assert.is(input?.['session_id'], sessionId)
  assert.is(input?.['save_path'], 'the body')
  assert.is(input?.['magnet'], 'm&m')
  assert.is(input?.['autostart'], false)
})

parameters('of a query are what URLSearchParams says of it', () => {
  const query = fc.string({
    unit: fc.constantFrom('a', 'b', '=', '&', '?', '%', '4', '1', '+', 'é', '#', ','),
  })
  fc.assert(
    fc.property(query, (text) => {
      const said = Object.create(null) as Record<string, unknown>
      mergeValues(said, new URLSearchParams(`?${text}`))
      assert.equal(queryParameters(`/v1/sessions?${text}`), said)
    }),
    { numRuns: 2000 },
  )
})

parameters('of the path win over query and body', async () => {
  const { post, calls } = recordedApp()
  const other = '0'.repeat(40)
  await post(`${torrentsPath}?session_id=${other}`, json, `{"session_id":"${other}","save_path":"a"}`)
  assert.is(calls[0]?.input['session_id'], sessionId)
})

parameters('of a JSON body keep their types', async () => {
  const { post, calls } = recordedApp()
  await post('/v1/sessions', `${json}; charset=utf-8`, '{"ports":[6881,6882],"dht":false,"name":"ü"}')
  const { input } = calls[0] ?? {}
  assert.equal([input?.['ports'], input?.['dht'], input?.['name']], [[6881, 6882], false, 'ü'])
})

parameters('that are repeated in query or form become a list', async () => {
  const { request, post, calls } = recordedApp()
  await request('/v1/sessions?ports=6881&ports=6882', { method: 'POST' })
  await post('/v1/sessions', form, 'ports=6883&ports=6884')
  assert.equal(calls[0]?.input['ports'], [6881, 6882])
  assert.equal(calls[1]?.input['ports'], [6883, 6884])
})

parameters('of a DELETE may stand in a JSON body', async () => {
  const { request, calls } = recordedApp()
  const body = '{"delete_data":1}'
  await request(torrentPath, { method: 'DELETE', headers: { 'content-type': json }, body })
  assert.equal(calls[0]?.input, { session_id: sessionId, info_hash: infoHash, delete_data: true })
})

parameters('may be absent under any content type', async () => {
  const { post, calls } = recordedApp()
  for (const type of [json, form, 'application/x-bittorrent', '']) {
    assert.is((await post('/v1/sessions', type, '')).status, 200)
  }
  assert.is(calls.length, 4)
})

for (const body of ['[]', '"a"', '1', 'null', 'true', '{', '{"a":1}}', 'a=1', '\ufeff\ufeff{}']) {
  parameters(`the JSON body ${body} is invalid_body`, async () => {
    const { post, calls } = recordedApp()
    assert.is(await failureOf(await post('/v1/sessions', json, body)), '400 invalid_body')
    assert.is(calls.length, 0)
  })
}

parameters('JSON that is no UTF-8 is invalid_body', async () => {
  const { post } = recordedApp()
  const bytes = Uint8Array.from([...Buffer.from('{"name":"'), 0xff, ...Buffer.from('"}')])
  assert.is(await failureOf(await post('/v1/sessions', json, bytes)), '400 invalid_body')
})

parameters('a body of another type is invalid_body', async () => {
  const { post } = recordedApp()
  for (const type of ['text/plain', '', 'constructor', '__proto__']) {
    assert.is(await failureOf(await post('/v1/sessions', type, '{}')), '400 invalid_body')
  }
})

parameters('a form of more than 1000 fields is invalid_body', async () => {
  const { post } = recordedApp()
  assert.is(await failureOf(await post('/v1/sessions', form, 'a&'.repeat(1001))), '400 invalid_body')
})

parameters('JSON and forms above 1 MiB are body_too_large, with and without a declared length', async () => {
  const { post, request } = recordedApp()
  const body = `{"name":"${'x'.repeat(1024 * 1024)}"}`
  for (const type of [json, form, 'text/plain']) {
    assert.is(await failureOf(await post('/v1/sessions', type, body)), '413 body_too_large')
  }
  const headers = { 'content-type': json, 'content-length': String(2 ** 40) }
  assert.is(
    await failureOf(await request('/v1/sessions', { method: 'POST', headers, body: '{}' })),
    '413 body_too_large',
  )
})

parameters('a raw .torrent body is the file', async () => {
  const { post, calls } = recordedApp()
  const bytes = Uint8Array.from([0, 255, 13, 10, 128])
  await post(`${torrentsPath}?save_path=a`, 'application/x-bittorrent', bytes)
  assert.equal(calls[0]?.input['file'], bytes)
})

parameters('a raw .torrent body may be 12 MiB and no larger', async () => {
  const { post } = recordedApp()
  const path = `${torrentsPath}?save_path=a`
  const limit = 12 * 1024 * 1024
  assert.is((await post(path, 'application/x-bittorrent', new Uint8Array(limit))).status, 200)
  assert.is(
    await failureOf(await post(path, 'application/x-bittorrent', new Uint8Array(limit + 1))),
    '413 body_too_large',
  )
})

const hostile = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']
for (const key of hostile) {
  parameters(`the name ${key} goes nowhere and is unknown_parameter`, async () => {
    const { post, request, calls } = recordedApp()
    const attempts = [
      request(`/v1/sessions?${key}=1`),
      request(`/v1/sessions?${key}[polluted]=1`),
      post('/v1/sessions', json, `{"${key}":{"polluted":1}}`),
      post('/v1/sessions', form, `${key}=1&${key}=2`),
    ]
    for (const response of await Promise.all(attempts)) {
      assert.is(await failureOf(response), '400 unknown_parameter')
    }
    assert.is(calls.length, 0)
    assert.is(({} as Record<string, unknown>)['polluted'], undefined)
  })
}

parameters.run()
