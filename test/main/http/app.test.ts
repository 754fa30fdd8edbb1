import { randomUUID } from 'node:crypto'
import * as assert from 'uvu/assert'
import type { CommandEntry } from '../../../src/protocol/command-entry.ts'
import { commandNames, commands, type CommandName } from '../../../src/protocol/commands.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { suite } from '../../support/suite.ts'
import {
  bodyOf,
  failureOf,
  infoHash,
  recordedApp,
  sessionId,
  torrentPath,
  torrentsPath,
} from './recorded-handlers.ts'

const app = suite('src/main/http/app')
/** What a command cannot do without. */
const needed: Partial<Record<CommandName, object>> = {
  upload_torrent: { save_path: 'a' },
  import_session: { name: 'a' },
  create_key: { scope: 'admin' },
  get_updates: { topic: 'all' },
  create_webhook: { url: 'http://example.com/' },
  add_peer: { address: '192.0.2.1:6881' },
  ban_peer: { address: '192.0.2.1' },
  reorder_torrent: { position: 'top' },
  reorder_torrents: { position: 'top' },
  unban_peer: { address: '192.0.2.1' },
  add_tracker: { urls: 'http://192.0.2.1/announce' },
  edit_tracker: { url: 'http://192.0.2.1/announce' },
  remove_tracker: { urls: 'http://192.0.2.1/announce' },
  add_web_seed: { urls: 'http://192.0.2.1/' },
  remove_web_seed: { urls: 'http://192.0.2.1/' },
  update_file: { indexes: '0', priority: 'skip' },
  rename_file: { path: 'a', new_path: 'b' },
  create_torrent: { path: 'a' },
  move_torrent: { save_path: 'a' },
  move_torrents: { save_path: 'a' },
}

for (const name of commandNames) {
  const entry: CommandEntry = commands[name]
  const { method, path } = entry
  const many = 'info_hashes' in entry.input.shape ? { info_hashes: 'all' } : {}
  const given = { ...many, ...(needed[name] ?? needed[name.slice(0, -1) as CommandName]) }
  app(`${method} ${path} runs ${name}`, async () => {
    const { request, post, calls } = recordedApp()
    const address = path
      .replace('{session_id}', sessionId)
      .replace('{info_hash}', infoHash)
      .replace('{index}', '0')
      .replace('{prefix}', 'rt_0123456789ab')
      .replace('{job_id}', randomUUID())
      .replace('{webhook_id}', randomUUID())
    const response =
      method === 'POST'
        ? await post(address, 'application/json', JSON.stringify(given))
        : await request(`${address}?${String(new URLSearchParams({ ...given }))}`, { method })
    assert.is(response.status, entry.status ?? 200)
    assert.equal(
      calls.map((call) => call.name),
      [name],
    )
    assert.equal(await bodyOf(response), { status: 'success' })
  })
}

app('whoever opens the address alone is led to the reference', async () => {
  const response = await recordedApp().request('/')
  assert.is(response.status, 302)
  assert.is(response.headers.get('location'), '/docs')
})

app('a success has its fields beside the status', async () => {
  const { request, answers } = recordedApp()
  answers.get_session_list = () => ({ value: { sessions: [{ id: sessionId }] } })
  assert.equal(await bodyOf(await request('/v1/sessions')), {
    status: 'success',
    sessions: [{ id: sessionId }],
  })
})

app('a failure has its message, code and status', async () => {
  const { request, answers } = recordedApp()
  answers.create_session = () => {
    throw new RestTorrentError('bind_failed', 'bind failed address already in use')
  }
  const response = await request('/v1/sessions', { method: 'POST' })
  assert.is(response.status, 409)
  assert.equal(await bodyOf(response), {
    status: 'fail',
    message: 'bind failed address already in use',
    error: { code: 'bind_failed', message: 'bind failed address already in use' },
  })
})

for (const code of ['rate_limited', 'overloaded', 'session_starting'] as const) {
  app(`${code} says when to try again`, async () => {
    const { request, answers } = recordedApp()
    answers.get_session_list = () => Promise.reject(new RestTorrentError(code, 'later'))
    const response = await request('/v1/sessions')
    assert.match(response.headers.get('retry-after') ?? '', /^\d+$/)
    assert.match(await failureOf(response), code)
  })
}

app('a bug is logged and answered as internal without its text', async () => {
  const { request, answers, logged } = recordedApp()
  const bug = new TypeError('secret of the inside')
  answers.get_session_list = () => {
    throw bug
  }
  const response = await request('/v1/sessions')
  assert.is(response.status, 500)
  assert.not.match(await response.text(), 'secret')
  assert.equal(logged, [{ err: bug }])
})

app('a parameter that is missing, wrong or unknown is told', async () => {
  const { post, request } = recordedApp()
  assert.is(await failureOf(await post(torrentsPath, 'application/json', '{}')), '400 missing_parameter')
  assert.is(await failureOf(await request('/v1/sessions?nonsense=1')), '400 unknown_parameter')
  assert.is(await failureOf(await request('/v1/sessions/0')), '404 session_not_found')
  assert.is(await failureOf(await request(`${torrentsPath}/0`)), '404 torrent_not_found')
  assert.is(
    await failureOf(await request(`${torrentPath}?delete_data=7`, { method: 'DELETE' })),
    '400 invalid_parameter',
  )
})

app('an unknown path is not_found', async () => {
  const { request } = recordedApp()
  for (const path of ['/v1', '/v1/sessions/', '/v2/sessions', '/v1/sessions/a/b/c/d', '/v1/%00']) {
    assert.is(await failureOf(await request(path)), '404 not_found')
  }
})

app('a method that a path does not have is method_not_allowed and lists those it has', async () => {
  const { request } = recordedApp()
  const response = await request('/v1/sessions', { method: 'PUT' })
  assert.is(response.headers.get('allow'), 'GET, POST, HEAD, OPTIONS')
  assert.is(await failureOf(response), '405 method_not_allowed')
  const restart = await request(`/v1/sessions/${sessionId}/restart`)
  assert.is(restart.headers.get('allow'), 'POST, OPTIONS')
})

app('HEAD answers as GET without a body', async () => {
  const { request, calls } = recordedApp()
  const response = await request('/v1/sessions', { method: 'HEAD' })
  assert.is(response.status, 200)
  assert.is(response.headers.get('content-type'), 'application/json')
  assert.is(await response.text(), '')
  assert.is(calls[0]?.name, 'get_session_list')
  assert.is((await request('/nowhere', { method: 'HEAD' })).status, 404)
})

app('a preflight answers on every path and allows every origin', async () => {
  const { request, calls } = recordedApp()
  for (const path of ['/v1/sessions', torrentsPath, '/nowhere']) {
    const response = await request(path, {
      method: 'OPTIONS',
      headers: { origin: 'http://other.example', 'sec-fetch-site': 'cross-site' },
    })
    assert.is(response.status, 204)
    assert.is(response.headers.get('access-control-allow-origin'), '*')
    assert.match(response.headers.get('access-control-allow-methods') ?? '', 'DELETE')
    assert.match(response.headers.get('access-control-allow-headers') ?? '', 'Content-Type')
    assert.match(response.headers.get('access-control-max-age') ?? '', /^\d+$/)
  }
  assert.is(calls.length, 0)
})

app('every answer carries the constant headers', async () => {
  const { request } = recordedApp()
  const answers = ['/v1/sessions', '/nowhere', '/health', '/ready', '/v1/sessions?bad=1']
  for (const path of answers) {
    const { headers } = await request(path)
    assert.is(headers.get('access-control-allow-origin'), '*')
    assert.is(headers.get('x-content-type-options'), 'nosniff')
    assert.is(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'")
    assert.is(headers.get('referrer-policy'), 'no-referrer')
    assert.is(headers.get('cache-control'), 'no-store')
    assert.match(headers.get('access-control-expose-headers') ?? '', /ETag.*Snapshot-Age-Ms.*Retry-After/)
  }
})

app('/health always answers how long the process is up', async () => {
  const { request } = recordedApp({ ready: () => false })
  const response = await request('/health')
  assert.is(response.status, 200)
  assert.type((await bodyOf(response))['uptime_ms'], 'number')
})

app('/ready follows the program', async () => {
  let isReady = true
  const { request } = recordedApp({ ready: () => isReady })
  assert.equal(await bodyOf(await request('/ready')), { status: 'success' })
  isReady = false
  assert.match(await failureOf(await request('/ready')), '503')
})

app('a host that is not allowed is refused on every path', async () => {
  const { request, app: bare, calls } = recordedApp({ allowedHosts: ['seedbox.example'] })
  const headers = { host: 'evil.example' }
  for (const path of ['/v1/sessions', '/health', '/ready', '/nowhere']) {
    assert.is(await failureOf(await request(path, { headers })), '421 host_not_allowed')
  }
  assert.is(await failureOf(await request('/', { method: 'OPTIONS', headers })), '421 host_not_allowed')
  assert.is(await failureOf(await bare.request('/v1/sessions')), '421 host_not_allowed')
  assert.is((await request('/v1/sessions', { headers: { host: 'seedbox.example:8080' } })).status, 200)
  assert.is(calls.length, 1)
})

app('a page of another site may read and not write', async () => {
  const { request, calls } = recordedApp()
  const cross = { 'sec-fetch-site': 'cross-site', origin: 'http://evil.example' }
  const older = { origin: 'http://evil.example' }
  for (const headers of [cross, older]) {
    assert.is((await request('/v1/sessions', { headers })).status, 200)
    assert.is((await request('/v1/sessions', { method: 'HEAD', headers })).status, 200)
    for (const method of ['POST', 'DELETE', 'PUT', 'PATCH']) {
      const path = method === 'DELETE' ? torrentPath : '/v1/sessions'
      assert.is(await failureOf(await request(path, { method, headers })), '403 cross_site_request')
    }
  }
  assert.ok(calls.every(({ name }) => name === 'get_session_list'))
})

app.run()
