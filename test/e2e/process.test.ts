/** The program as a process: its arguments, its signals and its exit codes. */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { once } from 'node:events'
import { io } from 'socket.io-client'
import * as assert from 'uvu/assert'
import { restFace } from '../support/faces.ts'
import { freePort, takeTcp } from '../support/ports.ts'
import { startProcess, type ServerProcess } from '../support/server-process.ts'
import { openSession } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder, within } from '../support/suite.ts'

const processes = suite('test/e2e/process')
const waitMs = 20_000

const startServer = (dataDir = temporaryFolder()): ServerProcess =>
  startProcess(['--port', '0', '--data-dir', dataDir, '--listen-host', '127.0.0.1'], {
    RESTTORRENT_ALLOW_PRIVATE: 'loopback',
  })

processes('--help shows the flags and exits with 0', async () => {
  await using server = startProcess(['--help'])
  assert.is(await server.ended(), 0)
  assert.match(server.output(), 'usage: resttorrent')
  assert.match(server.output(), '--root-dir')
})

processes('wrong settings are refused with a readable list and exit code 2', async () => {
  await using server = startProcess(['--port', 'many'], { RESTTORRENT_LOG_LEVEL: 'loud' })
  assert.is(await server.ended(), 2)
  const [title, ...problems] = server.output().trim().split('\n')
  assert.is(title, 'wrong settings:')
  assert.is(problems.length, 2)
})

processes('without keys a host that is not loopback is refused with exit code 2', async () => {
  await using server = startProcess(['--no-auth', '--host', '0.0.0.0', '--data-dir', temporaryFolder()])
  assert.is(await server.ended(), 2)
  assert.match(server.output(), 'must be a loopback address')
})

processes('an API port that is taken ends it with 1 and the reason', async () => {
  const port = await freePort()
  await using _ = await takeTcp(port)
  await using server = startProcess(['--port', String(port), '--data-dir', temporaryFolder()])
  assert.is(await server.ended(), 1)
  const { code, msg, stack } = JSON.parse(server.output()) as Record<string, unknown>
  assert.equal([code, stack], ['EADDRINUSE', undefined])
  assert.match(String(msg), `cannot start: listen EADDRINUSE: address already in use 127.0.0.1:${port}`)
})

processes(
  'a second process on a data directory ends with 1, and tells the code and the first one',
  async () => {
    const dataDir = temporaryFolder()
    await using first = startServer(dataDir)
    await first.listening()
    await using second = startServer(dataDir)
    assert.is(await second.ended(), 1)
    const { code, details, msg, stack } = JSON.parse(second.output()) as Record<string, unknown>
    const pid = Number(readFileSync(join(dataDir, 'resttorrent.pid'), 'utf8'))
    assert.equal([code, details, stack], ['data_dir_in_use', { pid }, undefined])
    assert.is(msg, `cannot start: the data directory is in use by process ${pid}`)
  },
)

processes('a variable sets the port, and a flag goes before it', async () => {
  const [ofVariable, ofFlag] = [await freePort(), await freePort()]
  const variables = { RESTTORRENT_PORT: String(ofVariable), RESTTORRENT_DATA_DIR: temporaryFolder() }
  {
    await using server = startProcess([], variables)
    assert.is(await server.listening(), `http://127.0.0.1:${ofVariable}`)
  }
  await using server = startProcess(['--port', String(ofFlag)], variables)
  assert.is(await server.listening(), `http://127.0.0.1:${ofFlag}`)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  processes(`${signal} tells Socket.IO clients, stops every session and exits with 0`, async () => {
    await using server = startServer()
    const address = await server.listening()
    assert.is.not(new URL(address).port, '0')
    const sessions = [await openSession(restFace(address)), await openSession(restFace(address))]
    const socket = io(address, { transports: ['websocket'], forceNew: true, reconnection: false })
    try {
      await within(waitMs, 'connected', new Promise<void>((resolve) => socket.once('connect', resolve)))
      const told = new Promise<unknown>((resolve) => socket.once('shutdown', resolve))
      server.signal(signal)
      assert.equal(await within(waitMs, 'told', told), { reason: 'the server is stopping' })
      assert.is(await server.ended(), 0)
    } finally {
      socket.disconnect()
    }
    for (const { port } of sessions) await (await takeTcp(port))[Symbol.asyncDispose]()
  })
}

processes('a second signal exits at once', async () => {
  await using server = startServer()
  const { hostname, port } = new URL(await server.listening())
  // a request that never ends keeps the first stop waiting for its deadline
  const held = connect(Number(port), hostname)
  held.on('error', () => undefined)
  await once(held, 'connect')
  held.write('POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{')
  server.signal('SIGTERM')
  await eventually(waitMs, 'stopping', () => server.output().includes('"stopping"'))
  server.signal('SIGTERM')
  assert.is(await server.ended(), 1)
  held.destroy()
})

processes('a signal while it starts stops it with 0 or ends it before it began', async () => {
  await using server = startServer()
  server.signal('SIGTERM')
  const code = await server.ended()
  assert.ok(code === 0 || code === null, String(code))
})

processes.run()
