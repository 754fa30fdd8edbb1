/** Requests as they leave a wire, and those that it does not take. */
import { once } from 'node:events'
import ProtocolWire from 'bittorrent-protocol'
import * as assert from 'uvu/assert'
import type { Wire, WireRequest } from 'webtorrent'
import { hardenWires } from '../../../src/worker/session/engine/harden/harden-wires.ts'
import { askBlocks } from '../../../src/worker/session/engine/picker/ask-blocks.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/picker/ask-blocks')
hardenWires()

const blockLength = 16 * 1024
const unchoke = Buffer.from([0, 0, 0, 1, 1])
const handshake = Buffer.concat([
  Buffer.from('\x13BitTorrent protocol'),
  Buffer.alloc(8),
  Buffer.alloc(40, 7),
])

test('requests are the bytes of BEP 3, one after the other, and wait for their answers', () => {
  const said: Uint8Array[] = []
  const wire = openWire(said, unchoke)
  const errors: unknown[] = []
  askBlocks(wire, [requestOf(258, blockLength, errors), requestOf(3, 0, errors)])
  assert.is(
    Buffer.concat(said).toString('hex'),
    ['0000000d0600000102', '00004000', '00004000', '0000000d0600000003', '00000000', '00004000'].join(''),
  )
  assert.equal(
    wire.requests.map(({ piece, offset }) => [piece, offset]),
    [
      [258, blockLength],
      [3, 0],
    ],
  )
  assert.equal(errors, [])
  wire.destroy()
})

test('a peer that chokes is asked for nothing, and every request hears so', () => {
  const said: Uint8Array[] = []
  const wire = openWire(said)
  const errors: unknown[] = []
  askBlocks(wire, [requestOf(1, 0, errors), requestOf(2, 0, errors)])
  assert.equal(said, [])
  assert.is(wire.requests.length, 0)
  assert.is(errors.filter((error) => error instanceof Error).length, 2)
  wire.destroy()
})

test('a wire that has ended takes nothing, and every request hears so', async () => {
  const said: Uint8Array[] = []
  const wire = openWire(said, unchoke)
  const finished = once(wire, 'finish')
  wire.destroy()
  await finished
  const errors: unknown[] = []
  askBlocks(wire, [requestOf(1, 0, errors)])
  assert.equal(said, [])
  assert.is(wire.requests.length, 0)
  assert.is(errors.filter((error) => error instanceof Error).length, 1)
})

/** A wire that has heard a handshake and what follows; `said` takes what it says from then on. */
function openWire(said: Uint8Array[], heard: Uint8Array = Buffer.alloc(0)): Wire {
  const wire = new ProtocolWire('tcpOutgoing')
  wire.handshake('a'.repeat(40), 'b'.repeat(40), {})
  for (const bytes of [handshake, heard]) wire._write(bytes, () => undefined)
  wire._push = (bytes) => said.push(bytes)
  return wire
}

function requestOf(piece: number, offset: number, errors: unknown[]): WireRequest {
  return { piece, offset, length: blockLength, callback: (error) => errors.push(error) }
}

test.run()
