/** What goes out over a real connection from memory that is used again. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import * as assert from 'uvu/assert'
import { Outbox } from '../../../src/worker/session/engine/socket/outbox.ts'
import { LentBuffers } from '../../../src/worker/session/lent-buffers.ts'
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

interface Pair {
  readonly dialled: Socket
  /** What arrived until the end. */
  readonly arrived: () => Promise<Buffer>
  readonly accepted: Socket
  readonly close: () => Promise<unknown>
}

async function connected(): Promise<Pair> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const dialled = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(dialled, 'connect')])) as [
    [Socket],
    [],
  ]
  const arrived = async (): Promise<Buffer> => {
    const got: Buffer[] = []
    for await (const bytes of accepted) got.push(bytes as Buffer)
    return Buffer.concat(got)
  }
  const close = (): Promise<unknown> => {
    accepted.destroy()
    dialled.destroy()
    return once(server.close(), 'close')
  }
  return { dialled, accepted, arrived, close }
}

test('blocks and small messages arrive in order, however the memory they lay in is used again', async () => {
  const { dialled, arrived, close } = await connected()
  const whole = arrived()
  let sent = 0
  const outbox = new Outbox(dialled, { onSent: (bytes) => (sent += bytes), onRoom: () => undefined })
  const said: Uint8Array[] = []
  const lent = Buffer.alloc(16 * 1024)
  for (let at = 0; at < 300; at += 1) {
    const [head, content] = [Buffer.from(`head ${at}`), contentBytes(`block ${at}`, lent.length)]
    outbox.add(head)
    lent.set(content)
    outbox.add(lent)
    said.push(head, content)
    lent.fill(0)
    if (at % 7 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  const last = Buffer.from('a last word')
  outbox.add(last)
  await eventually(5000, 'all is sent', () => outbox.unsent === 0)
  dialled.end()
  const expected = Buffer.concat([...said, last])
  assert.ok((await whole).equals(expected))
  assert.is(sent, expected.length)
  await close()
})

test('what a peer does not read waits in few large writes, and there is room when it reads', async () => {
  const { dialled, accepted, arrived, close } = await connected()
  let rooms = 0
  const writes: number[] = []
  const outbox = new Outbox(dialled, {
    onSent: (bytes) => writes.push(bytes),
    onRoom: () => (rooms += 1),
  })
  accepted.pause()
  const block = Buffer.alloc(16 * 1024, 'block')
  let said = 0
  while (outbox.unsent < 1024 * 1024) {
    outbox.add(block)
    said += block.length
    await new Promise((resolve) => setImmediate(resolve))
  }
  const [unsent, count, before] = [outbox.unsent, writes.length, rooms]
  for (let at = 0; at < 15; at += 1) {
    outbox.add(block)
    said += block.length
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(outbox.unsent >= unsent + 14 * block.length)
  assert.ok(writes.length <= count + 1, 'one more buffer is filled and not fifteen writes begun')
  const whole = arrived()
  await eventually(10_000, 'all is sent', () => outbox.unsent === 0)
  assert.ok(rooms > before)
  dialled.end()
  assert.is((await whole).length, said)
  await close()
})

test.run()
