/** How keys begin, and what of them survives a restart. */
import * as assert from 'uvu/assert'
import { restFace } from '../support/faces.ts'
import { adminKey, codeOf, makeKey, type MadeKey } from '../support/keys.ts'
import { request } from '../support/request.ts'
import { startProcess } from '../support/server-process.ts'
import { startTestServer } from '../support/server.ts'
import { openSession } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const lives = suite('test/e2e/key-life')
const waitMs = 10_000

lives('keys, owners and revocations survive a restart', async () => {
  const DATA_DIR = temporaryFolder()
  let kept: MadeKey
  let revoked: MadeKey
  let id: string
  {
    await using server = await startTestServer({ ADMIN_KEY: adminKey, DATA_DIR })
    kept = await makeKey(server, { scope: 'control' })
    revoked = await makeKey(server, { scope: 'admin' })
    ;({ id } = await openSession(kept.face, { memory_only: 0 }))
    await server.rest.call('revoke_key', { prefix: revoked.prefix })
  }
  await using server = await startTestServer({ ADMIN_KEY: `rt_${'c'.repeat(64)}`, DATA_DIR })
  const sessions = async (key: string) => {
    const answer = await restFace(server.address, key).ask('get_session_list')
    return (
      (answer['sessions'] as { id: string }[] | undefined)?.map((session) => session.id) ?? codeOf(answer)
    )
  }
  assert.equal(await sessions(kept.key), [id])
  assert.is(await sessions(revoked.key), 'unauthorized')
  assert.is(await sessions(adminKey), 'unauthorized')
})

lives('the first start prints a key once, with a line that works as pasted', async () => {
  const args = ['--port', '0', '--data-dir', temporaryFolder(), '--listen-host', '127.0.0.1']
  let key: string
  {
    await using server = startProcess(args, { RESTTORRENT_NO_AUTH: '0' })
    const address = await server.listening()
    assert.is((await request(`${address}/v1/sessions`)).status, 401)
    const printed = /curl -H '([^']+)' (\S+)\n/
    const [, header = '', url = ''] = await eventually(
      waitMs,
      'the key',
      () => printed.exec(server.output()) ?? undefined,
    )
    const [name = '', value = ''] = header.split(': ')
    assert.is((await request(url, { headers: { [name]: value } })).status, 200)
    key = value.slice('Bearer '.length)
    const logged = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
    assert.not.match(logged.join('\n'), key.slice(15))
    server.signal('SIGTERM')
    await server.ended()
  }
  await using server = startProcess(args, { RESTTORRENT_NO_AUTH: '0' })
  const face = restFace(await server.listening(), key)
  assert.is(codeOf(await face.ask('get_key_list')), 'success')
  assert.not.match(server.output(), 'rt_')
})

lives.run()
