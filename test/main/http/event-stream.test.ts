import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import * as assert from 'uvu/assert'
import { openAccess } from '../../../src/main/access/access.ts'
import { EventStream } from '../../../src/main/http/event-stream.ts'
import { eventually, suite, within } from '../../support/suite.ts'

const stream = suite('src/main/http/event-stream')
const waitMs = 10_000

/** A stream and its reader, who begins to read when a test says so. */
async function opened(): Promise<{
  stream: EventStream
  reader: Socket
  [Symbol.asyncDispose](): Promise<void>
}> {
  const made = Promise.withResolvers<EventStream>()
  const server = createServer((_, response) => {
    made.resolve(new EventStream(response, openAccess, { revision: '', event: '' }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1')
  reader.on('error', () => undefined)
  reader.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  return {
    stream: await within(waitMs, 'the stream', made.promise),
    reader,
    async [Symbol.asyncDispose]() {
      reader.destroy()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

const big = JSON.stringify('x'.repeat(64 * 1024))

stream('one that does not read is given no update, and is cut above 4 MiB', async () => {
  await using deaf = await opened()
  let sent = 0
  await eventually(waitMs, 'a full connection', () => {
    for (let at = 0; at < 16 && deaf.stream.isReady; at += 1) deaf.stream.send('event', big)
    return !deaf.stream.isReady
  })
  const closed = once(deaf.reader, 'close')
  for (; sent < 1000 && !deaf.stream.isCut; sent += 1) {
    deaf.stream.send('event', big)
  }
  assert.ok(sent > 32 && sent < 100, String(sent))
  deaf.reader.resume()
  await within(waitMs, 'the cut', closed)
})

stream('who has read nothing from one look to the next is cut, who reads is kept', async () => {
  await using deaf = await opened()
  await eventually(waitMs, 'a full connection', () => {
    deaf.stream.send('event', big)
    return !deaf.stream.isReady
  })
  deaf.stream.keepAlive()
  assert.not(deaf.stream.isCut)
  deaf.stream.keepAlive()
  assert.ok(deaf.stream.isCut)

  await using good = await opened()
  let text = ''
  good.reader.on('data', (chunk) => (text += chunk.toString()))
  for (let look = 0; look < 3; look += 1) good.stream.keepAlive()
  good.stream.send('event', '{"a":1}', { event: 'e-1' })
  await eventually(waitMs, 'the event', () => text.includes('event: event\nid: .e-1\ndata: {"a":1}\n\n'))
  assert.ok(text.includes('\n:\n\n'))
  assert.not(good.stream.isCut)
})

stream.run()
