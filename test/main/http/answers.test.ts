import * as assert from 'uvu/assert'
import { namesTag } from '../../../src/main/http/entity-tag.ts'
import { suite } from '../../support/suite.ts'
import { readyReply, recordedApp, torrentsPath } from './recorded-handlers.ts'

const answers = suite('src/main/http/answers')

function readyApp() {
  const recorded = recordedApp()
  recorded.answers.get_torrent_list = () => readyReply('debian')
  return recorded
}

answers('a ready body is sent as its bytes with tag and freshness', async () => {
  const response = await readyApp().request(torrentsPath)
  assert.is(response.status, 200)
  assert.is(response.headers.get('content-type'), 'application/json')
  assert.is(response.headers.get('cache-control'), 'no-cache')
  assert.is(response.headers.get('etag'), '"7"')
  assert.is(response.headers.get('snapshot-age-ms'), '12')
  assert.is(response.headers.get('snapshot-stale'), '1')
  assert.is(await response.text(), '{"status":"success","torrents":[{"name":"debian"}]}')
})

answers('a tag that is known answers 304 with the freshness and no body', async () => {
  const response = await readyApp().request(torrentsPath, { headers: { 'if-none-match': 'W/"7"' } })
  assert.is(response.status, 304)
  assert.is(response.headers.get('etag'), '"7"')
  assert.is(response.headers.get('snapshot-age-ms'), '12')
  assert.is(response.headers.get('snapshot-stale'), '1')
  assert.is(response.headers.get('access-control-allow-origin'), '*')
  assert.is(response.headers.get('cache-control'), 'no-cache')
  assert.is(
    response.headers.get('x-content-type-options'),
    null,
    'it has no body, and the one that is kept has it',
  )
  assert.is(await response.text(), '')
})

answers('a tag that is old answers the body', async () => {
  const response = await readyApp().request(torrentsPath, { headers: { 'if-none-match': '"6"' } })
  assert.is(response.status, 200)
})

answers('HEAD of a ready body has its tag', async () => {
  const response = await readyApp().request(torrentsPath, { method: 'HEAD' })
  assert.is(response.headers.get('etag'), '"7"')
  assert.is(await response.text(), '')
})

answers('a value with freshness says it in headers and not in the body', async () => {
  const { request, answers } = recordedApp()
  answers.get_session_list = () => ({ value: { sessions: [] }, freshness: { ageMs: 3, stale: false } })
  const response = await request('/v1/sessions')
  assert.is(response.headers.get('snapshot-age-ms'), '3')
  assert.is(response.headers.get('snapshot-stale'), '0')
  assert.equal(await response.json(), { status: 'success', sessions: [] })
})

answers('a value without freshness says nothing of it', async () => {
  const response = await recordedApp().request('/v1/sessions')
  assert.is(response.headers.get('snapshot-age-ms'), null)
  assert.is(response.headers.get('etag'), null)
})

answers('If-None-Match is a list, compared weakly', () => {
  for (const header of ['"7"', 'W/"7"', '"1", "7"', ' "1",W/"7" ', '*', '"a,b" , "7"']) {
    assert.ok(namesTag(header, '"7"'), header)
  }
  for (const header of ['', '7', '"77"', '"1", "2"', '**', '"a7"', 'w/"8"']) {
    assert.not.ok(namesTag(header, '"7"'), header)
  }
  assert.ok(namesTag('"7"', 'W/"7"'))
})

answers.run()
