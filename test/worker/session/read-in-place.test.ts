/** Reading sockets in place, of both kinds: those that dialled and those that were accepted. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import * as assert from 'uvu/assert'
import { readInPlace } from '../../../src/worker/session/read-in-place.ts'
import { contentBytes } from '../../support/content.ts'
import { eventually, suite } from '../../support/suite.ts'

const test = suite('worker/session/read-in-place')
const content = contentBytes('in place', 30_000_000) // more than the kernel keeps of a connection

test('both ends of a connection read into the same buffer, to the end', async () => {
  await using pair = await openPair()
  const [dialled, accepted] = pair.ends
  const memory = new Set<ArrayBufferLike>()
  const got = pair.ends.map((end) => collect(end, memory))
  dialled.end(content)
  accepted.end(content)
  await Promise.all(pair.ends.map((end) => once(end, 'end')))
  for (const parts of got) assert.ok(Buffer.concat(parts).equals(content))
  assert.is(memory.size, 1)
})

test('a reader that refuses is told nothing more until its socket is resumed', async () => {
  await using pair = await openPair()
  const [dialled, accepted] = pair.ends
  const got: Buffer[] = []
  let reads = 0
  readInPlace(accepted, (bytes) => {
    got.push(Buffer.from(bytes))
    reads += 1
    if (reads > 1) return true
    accepted.pause()
    return false
  })
  accepted.resume()
  dialled.end(content)
  await eventually(5000, 'the first read', () => reads === 1)
  await eventually(5000, 'the kernel has no room left', () => dialled.writableLength > 0)
  assert.is(reads, 1)
  accepted.resume()
  await once(accepted, 'end')
  assert.ok(Buffer.concat(got).equals(content))
})

async function openPair(): Promise<AsyncDisposable & { ends: readonly [Socket, Socket] }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const dialled = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(dialled, 'connect')])) as [
    [Socket],
    [],
  ]
  return {
    ends: [dialled, accepted],
    [Symbol.asyncDispose]: async () => {
      for (const end of [dialled, accepted]) end.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function collect(socket: Socket, memory: Set<ArrayBufferLike>): Buffer[] {
  const parts: Buffer[] = []
  const isInPlace = readInPlace(socket, (bytes) => {
    memory.add(bytes.buffer)
    parts.push(Buffer.from(bytes))
    return true
  })
  assert.ok(isInPlace)
  socket.resume()
  return parts
}

test.run()
