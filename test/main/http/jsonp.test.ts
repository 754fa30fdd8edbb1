import * as assert from 'uvu/assert'
import { commandNames, commands, type CommandName } from '../../../src/protocol/commands.ts'
import { suite } from '../../support/suite.ts'
import { failureOf, infoHash, readyReply, recordedApp, sessionId, torrentsPath } from './recorded-handlers.ts'

const jsonp = suite('src/main/http/jsonp')

jsonp('a value is a call of the function that is named', async () => {
  const { request, answers } = recordedApp()
  answers.get_session_list = () => ({ value: { sessions: [] }, freshness: { ageMs: 1, stale: false } })
  const response = await request('/v1/sessions?callback=app.on$list&_=1700000000')
  assert.is(response.status, 200)
  assert.is(response.headers.get('content-type'), 'application/javascript; charset=utf-8')
  assert.is(response.headers.get('x-content-type-options'), 'nosniff')
  assert.is(response.headers.get('snapshot-age-ms'), '1')
  assert.is(await response.text(), '/**/app.on$list({"status":"success","sessions":[]});')
})

jsonp('a ready body is never a 304 and has no tag', async () => {
  const { request, answers } = recordedApp()
  answers.get_torrent_list = () => readyReply('debian')
  const response = await request(`${torrentsPath}?callback=f`, { headers: { 'if-none-match': '*' } })
  assert.is(response.status, 200)
  assert.is(response.headers.get('etag'), null)
  assert.is(await response.text(), '/**/f({"status":"success","torrents":[{"name":"debian"}]});')
})

jsonp('names of torrents cannot leave their string', async () => {
  const { request, answers } = recordedApp()
  answers.get_torrent_list = () => readyReply('</script>\u2028\u2029')
  const text = await (await request(`${torrentsPath}?callback=f`)).text()
  assert.not.match(text, /[<\u2028\u2029]/)
  assert.match(text, '\\u003c/script>\\u2028\\u2029')
})

jsonp('a failure is a script with status 200', async () => {
  const response = await recordedApp().request('/v1/sessions/0?callback=f')
  assert.is(response.status, 200)
  const text = await response.text()
  assert.match(text, '/**/f({"status":"fail","message":"session not found"')
  assert.match(text, '"code":"session_not_found"')
})

const badCallbacks = [
  '',
  'a b',
  'alert(1)',
  '1a',
  'a.',
  '.a',
  'a..b',
  'a.b.c.d.e',
  'a[0]',
  'a\n',
  'ä',
  'a'.repeat(65),
  '<x>',
]
for (const callback of badCallbacks) {
  jsonp(`the callback ${JSON.stringify(callback)} is invalid_parameter as JSON`, async () => {
    const { request, calls } = recordedApp()
    const response = await request(`/v1/sessions?callback=${encodeURIComponent(callback)}`)
    assert.is(response.headers.get('content-type'), 'application/json')
    assert.is(await failureOf(response), '400 invalid_parameter')
    assert.is(calls.length, 0)
  })
}

jsonp('two callbacks are invalid_parameter', async () => {
  const response = await recordedApp().request('/v1/sessions?callback=a&callback=b')
  assert.is(await failureOf(response), '400 invalid_parameter')
})

/** What a command does not run without. */
const needed: Partial<Record<CommandName, string>> = { get_updates: '&topic=all' }
for (const name of commandNames) {
  const { method, path, jsonp: allowed } = commands[name]
  jsonp(`${name} ${allowed ? 'has' : 'refuses'} JSONP`, async () => {
    const { request, calls } = recordedApp()
    const address = path.replace('{session_id}', sessionId).replace('{info_hash}', infoHash)
    const response = await request(`${address}?callback=f${needed[name] ?? ''}`, { method })
    if (allowed) assert.match(await response.text(), '/**/f(')
    else assert.is(await failureOf(response), '400 invalid_parameter')
    assert.is(calls.length, allowed ? 1 : 0)
  })
}

jsonp('a refused host is JSON with its own status', async () => {
  const response = await recordedApp().request('/v1/sessions?callback=f', {
    headers: { host: 'evil.example' },
  })
  assert.is(await failureOf(response), '421 host_not_allowed')
})

jsonp.run()
