/** What an operator relies on: health, readiness, log lines, and the settings that say who may call. */
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { restFace } from '../support/faces.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { request } from '../support/request.ts'
import { startProcess } from '../support/server-process.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { suite, temporaryFolder } from '../support/suite.ts'

const operation = suite('test/e2e/operation')

operation('GET /health and /ready answer success', async () => {
  await using server = await startTestServer()
  const health = await request(`${server.address}/health`)
  assert.is(health.status, 200)
  assert.is(health.body.status, 'success')
  assert.type(health.body['uptime_ms'], 'number')
  const ready = await request(`${server.address}/ready`)
  assert.is(ready.status, 200)
  assert.equal(ready.body, { status: 'success' })
})

operation('a Host header that names another machine is refused, an allowed one is served', async () => {
  await using server = await startTestServer({ ALLOWED_HOSTS: 'torrents.example' })
  const status = async (host: string) => (await requestAs(server.address, host)).status
  assert.is(await status('evil.example'), 421)
  assert.is(await status('torrents.example'), 200)
  assert.is(await status('localhost:1'), 200)
})

operation(
  'a process logs JSON lines, with the address, the session and the info hash as fields',
  async () => {
    const [dataDir, rootDir] = [temporaryFolder(), temporaryFolder()]
    const flags = ['--port', '0', '--data-dir', dataDir, '--root-dir', rootDir, '--listen-host', '127.0.0.1']
    await using server = startProcess([...flags, '--log-level', 'debug'])
    const address = await server.listening()
    const face = restFace(address)
    const session = await openSession(face)
    const made = makeMetainfo()
    await addTorrent(face, session, { file: made.bytes })
    await whenState(face, session, made.infoHash, 'downloading')
    await face.call('delete_session', { session_id: session.id })
    server.signal('SIGTERM')
    assert.is(await server.ended(), 0)
    const lines = linesOf(server.output())
    const listening = lines.find((line) => line['address'] !== undefined) ?? {}
    assert.is(listening['address'], address)
    assert.match(String(listening['msg']), `RestTorrent listens on ${address}`)
    assert.equal([listening['root_dir'], listening['data_dir']], [rootDir, dataDir])
    const [runs] = lines.filter((line) => line['msg'] === 'session runs')
    assert.equal([runs?.['session'], runs?.['port']], [session.id, session.port])
    for (const line of lines) {
      assert.type(line['level'], 'number')
      assert.type(line['time'], 'number')
      assert.type(line['msg'], 'string')
    }
  },
)

operation('what stops a torrent, and its removal, are logged with session and info hash', async () => {
  await using server = await startTestServer()
  const session = await openSession(server.rest)
  const { bytes, infoHash, name } = makeMetainfo()
  // the file cannot be made where a folder is
  mkdirSync(join(server.rootDir, 'here', name), { recursive: true })
  await addTorrent(server.rest, session, { file: bytes, storage_mode: 'allocate' })
  const { error } = await whenState(server.rest, session, infoHash, 'error')
  await server.rest.call('delete_torrent', { session_id: session.id, info_hash: infoHash })
  const lines = server.lines.filter((line) => line['info_hash'] === infoHash)
  assert.ok(lines.every((line) => line['session'] === session.id))
  assert.ok(lines.some((line) => line['code'] === error?.code))
  assert.ok(lines.some((line) => line['msg'] === 'torrent removed'))
})

/** A request whose Host header is not the one of the address. */
async function requestAs(address: string, host: string): Promise<{ status: number }> {
  const { hostname, port } = new URL(address)
  const sent = httpRequest({ hostname, port, path: '/v1/sessions', headers: { host }, agent: false }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return { status: response.statusCode ?? 0 }
}

function linesOf(output: string): Record<string, unknown>[] {
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

operation.run()
