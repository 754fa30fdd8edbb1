/** The program as a process: its arguments, its signals and its exit codes. */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { once } from 'node:events'
import { io } from 'socket.io-client'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { freePort } from '../peers/tools.ts'
import { restFace } from '../support/faces.ts'
import { hashesOf, type MadeMetainfo } from '../support/metainfo.ts'
import { takeTcp } from '../support/ports.ts'
import { startRelay } from '../support/relay.ts'
import { startSeed } from '../support/seeds.ts'
import { startProcess, type ServerProcess } from '../support/server-process.ts'
import { addTorrent, openSession, whenState, whenTorrent } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder, within } from '../support/suite.ts'

const processes = suite('test/e2e/process')
const megabyte = 1024 * 1024
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

processes('a host that is not loopback is refused with exit code 2', async () => {
  await using server = startProcess(['--host', '0.0.0.0', '--data-dir', temporaryFolder()])
  assert.is(await server.ended(), 2)
  assert.match(server.output(), 'must be a loopback address')
})

processes('an API port that is taken ends it with 1 and the reason', async () => {
  const port = await freePort()
  await using _ = await takeTcp(port)
  await using server = startProcess(['--port', String(port), '--data-dir', temporaryFolder()])
  assert.is(await server.ended(), 1)
  assert.match(server.output(), 'EADDRINUSE')
})

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

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  caseWith(
    processes,
    `${signal} in the middle of a download loses nothing that was written`,
    ['libtorrent'],
    async () => {
      await using seed = await startSeed({ content: 8 * megabyte, pieceLength: 64 * 1024 })
      await using relay = await startRelay(seed.port)
      relay.limit(3 * megabyte)
      const { made } = seed
      const magnet = `magnet:?xt=urn:btih:${made.infoHash}&x.pe=127.0.0.1:${relay.port}`
      const dataDir = temporaryFolder()
      let progress: number
      {
        await using server = startServer(dataDir)
        const face = restFace(await server.listening())
        const session = await openSession(face, { memory_only: 1 })
        await addTorrent(face, session, { magnet })
        progress = (await whenTorrent(face, session, made.infoHash, (row) => row.progress > 0.3)).progress
        server.signal(signal)
        assert.is(await server.ended(), 0)
      }
      const file = join(dataDir, 'downloads', 'here', made.name)
      const onDisk = finishedBytes(readFileSync(file), made)
      assert.ok(onDisk >= progress * made.length - 1, `${onDisk} bytes are on disk, ${progress} was told`)
      await using server = startServer(dataDir)
      const face = restFace(await server.listening())
      const session = await openSession(face, { memory_only: 1 })
      const before = relay.received
      await addTorrent(face, session, { magnet })
      await whenState(face, session, made.infoHash, 'seeding')
      const sent = relay.received - before
      assert.ok(
        sent < made.length - onDisk + megabyte,
        `${sent} bytes were sent, ${made.length - onDisk} missing`,
      )
    },
  )
}

/** Bytes of the pieces of a file on disk that hash as they should. */
function finishedBytes(disk: Buffer, { content, pieceLength, length }: MadeMetainfo): number {
  const [found, expected] = [hashesOf(disk, pieceLength), hashesOf(content, pieceLength)]
  let bytes = 0
  for (let at = 0; at * pieceLength < length; at += 1) {
    const same = found.subarray(at * 20, at * 20 + 20).equals(expected.subarray(at * 20, at * 20 + 20))
    if (same) bytes += Math.min(pieceLength, length - at * pieceLength)
  }
  return bytes
}

processes.run()
