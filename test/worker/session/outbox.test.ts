/** What goes out over a real connection from memory that is used again. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import * as assert from 'uvu/assert'
import { Outbox } from '../../../src/worker/session/engine/socket/outbox.ts'
import { blockBuffers, LentBuffers } from '../../../src/worker/session/lent-buffers.ts'
import { contentBytes } from '../../support/content.ts'
import { eventually, suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/socket/outbox')

test('what was given back is lent again, once, and nothing else is', () => {
  const buffers = new LentBuffers(8, 4)
  const one = buffers.take()
  buffers.giveBack(one)
  buffers.giveBack(one)
  buffers.giveBack(new Uint8Array(8))
  assert.is(buffers.take(), one)
  assert.is.not(buffers.take(), one)
})

test('blocks and small messages arrive in order, from memory that blocks before them had', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const dialled = connect(port, '127.0.0.1')
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(dialled, 'connect')])) as [
    [Socket],
    [],
  ]
  const got: Buffer[] = []
  accepted.on('data', (bytes: Buffer) => got.push(bytes))
  let sent = 0
  const outbox = new Outbox(dialled, (bytes) => (sent += bytes))
  const said: Uint8Array[] = []
  const memory = new Set<ArrayBufferLike>()
  for (let at = 0; at < 300; at += 1) {
    const content = contentBytes(`block ${at}`, blockBuffers.length)
    const block = blockBuffers.take()
    block.set(content)
    memory.add(block.buffer)
    const head = Buffer.from(`head ${at}`)
    outbox.add(head)
    outbox.add(block)
    said.push(head, content)
    if (outbox.isFull) await eventually(5000, 'there is room', () => !outbox.isFull)
  }
  const last = Buffer.from('a last word')
  outbox.add(last)
  await new Promise((resolve) => setImmediate(resolve))
  dialled.end()
  await once(accepted, 'end')
  const whole = Buffer.concat([...said, last])
  assert.ok(Buffer.concat(got).equals(whole))
  assert.is(sent, whole.length)
  assert.ok(memory.size < 100, `${memory.size} buffers`)
  accepted.destroy()
  server.close()
  await once(server, 'close')
})

test.run()
