/** The API over TLS, with a certificate that is replaced while it is served. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { io } from 'socket.io-client'
import * as assert from 'uvu/assert'
import { selfSigned } from '../outward/self-signed.ts'
import { startProcess } from '../support/server-process.ts'
import { eventually, suite, temporaryFolder, within } from '../support/suite.ts'

const tls = suite('test/e2e/tls')
const waitMs = 10_000

/** The status of the health page to a caller that trusts one certificate only, or the error's code. */
async function statusOf(address: string, ca: string): Promise<number | string | undefined> {
  const { port } = new URL(address)
  const asked = request({
    host: '127.0.0.1',
    port,
    path: '/health',
    servername: 'localhost',
    ca,
    agent: false,
  })
  asked.setHeader('host', 'localhost')
  try {
    const [answer] = (await within(waitMs, 'an answer', once(asked.end(), 'response'))) as [IncomingMessage]
    answer.resume()
    return answer.statusCode
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

tls('a certificate serves REST and Socket.IO, and is read again at SIGHUP', async () => {
  const folder = temporaryFolder()
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const [first, second] = [selfSigned('localhost'), selfSigned('localhost')]
  const put = (pair: { cert: string; key: string }): void => {
    writeFileSync(cert, pair.cert)
    writeFileSync(key, pair.key)
  }
  put(first)
  const flags = ['--port', '0', '--data-dir', folder, '--tls-cert', cert, '--tls-key', key]
  await using server = startProcess(flags)
  const address = await server.listening()
  assert.match(address, /^https:/)
  assert.is(await statusOf(address, first.cert), 200)
  const socket = io(address.replace('127.0.0.1', 'localhost'), {
    transports: ['websocket'],
    reconnection: false,
    rejectUnauthorized: true,
    ca: first.cert,
  })
  await within(waitMs, 'the socket', once(socket as unknown as NodeJS.EventEmitter, 'connect')).finally(() =>
    socket.disconnect(),
  )
  put({ cert: first.cert, key: second.key })
  server.signal('SIGHUP')
  await eventually(waitMs, 'the refusal', () => server.output().includes('the certificate stays as it was'))
  assert.is(await statusOf(address, first.cert), 200)
  put(second)
  server.signal('SIGHUP')
  await eventually(waitMs, 'the new one', () => server.output().includes('the certificate was read again'))
  assert.is(await statusOf(address, second.cert), 200)
  assert.type(await statusOf(address, first.cert), 'string')
})

tls('a certificate without its key is refused', async () => {
  await using server = startProcess(['--tls-cert', '/tmp/cert.pem', '--data-dir', temporaryFolder()])
  assert.is(await server.ended(), 2)
  assert.match(server.output(), 'one is of no use without the other')
})

tls.run()
