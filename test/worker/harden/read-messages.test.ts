/** Messages that are read where they lie: the same is heard however the bytes are cut, and stays as it was said. */
import Wire from 'bittorrent-protocol'
import * as assert from 'uvu/assert'
import { hardenWires } from '../../../src/worker/session/engine/harden/harden-wires.ts'
import { mostRequests, proceed } from '../../../src/worker/session/engine/harden/serve-requests.ts'
import { guardOf } from '../../../src/worker/session/engine/harden/wire-guard.ts'
import { askBlocks } from '../../../src/worker/session/engine/picker/ask-blocks.ts'
import { contentBytes } from '../../support/content.ts'
import { suite } from '../../support/suite.ts'

type Respond = (error: null, bytes: Uint8Array) => void

const test = suite('worker/session/engine/harden/read-messages')
hardenWires()

const blockLength = 16 * 1024
const facts = { pieceCount: 8, pieceLength: 2 * blockLength, length: 16 * blockLength }
const block = contentBytes('block', blockLength)
const bitfield = Buffer.from([0b10100000])
const handshake = Buffer.concat([
  Buffer.from('\x13BitTorrent protocol'),
  Buffer.alloc(8),
  Buffer.alloc(40, 7),
])
const said = [
  message(5, bitfield),
  message(1),
  Buffer.alloc(4),
  message(4, Buffer.from([0, 0, 0, 3])),
  message(7, Buffer.concat([Buffer.from([0, 0, 0, 2, 0, 0, 0x40, 0]), block])),
  message(4, Buffer.from([0, 0, 0, 5])),
]

for (const cut of [1, 3, 17, 1000, 16 * 1024, 100_000])
  test(`what comes in parts of ${cut} bytes, all in the same memory, is heard as it was said`, () => {
    const wire = new Wire('tcpOutgoing')
    guardOf(wire).facts = facts
    const heard: string[] = []
    wire.on('unchoke', () => heard.push('unchoke'))
    wire.on('have', (piece: number) => heard.push(`have ${piece}`))
    wire.handshake('a'.repeat(40), 'b'.repeat(40), {})
    feed(wire, handshake, cut)
    const rest = Buffer.concat(said)
    feed(wire, rest.subarray(0, 11), cut)
    const callback = (error: Error | null, bytes?: Uint8Array): void => {
      heard.push(error === null && block.equals(bytes ?? Buffer.alloc(0)) ? 'block' : 'another block')
    }
    askBlocks(wire, [{ piece: 2, offset: blockLength, length: blockLength, callback }])
    feed(wire, rest.subarray(11), cut)
    assert.equal(heard, ['unchoke', 'have 3', 'block', 'have 5'])
    const has = Array.from({ length: facts.pieceCount }, (_, piece) => Number(wire.peerPieces.get(piece)))
    assert.equal(has, [1, 0, 1, 1, 0, 1, 0, 0])
    wire.destroy()
  })

for (const cut of [1, 5, 17, 100, 100_000])
  test(`requests that come in parts of ${cut} bytes are heard until too many wait, and then the rest`, () => {
    const wire = new Wire('tcpIncoming')
    Object.assign(guardOf(wire), { facts, has: () => true })
    const answers: (() => void)[] = []
    const heard: string[] = []
    wire.on('request', (piece: number, offset: number, length: number, respond: Respond) => {
      heard.push(`${piece} ${offset} ${length}`)
      answers.push(() => respond(null, block.subarray(0, length)))
    })
    wire.on('data', () => undefined)
    wire.handshake('a'.repeat(40), 'b'.repeat(40), {})
    wire.unchoke()
    const asked = Array.from(
      { length: 2 * mostRequests },
      (_, at) => [at % 8, (at % 2) * 100, 1 + at] as const,
    )
    const bytes = Buffer.concat([handshake, ...asked.map((numbers) => request(...numbers))])
    feed(wire, bytes, cut)
    assert.is(wire.peerRequests.length, mostRequests)
    for (let answer = answers.shift(); answer; answer = answers.shift()) {
      answer()
      proceed(wire)
    }
    assert.equal(
      heard,
      asked.map((numbers) => numbers.join(' ')),
    )
    wire.destroy()
  })

for (const cut of [7, handshake.length, 100_000])
  test(`a wire that is dropped hears nothing more and keeps nothing of what follows, cut at ${cut}`, () => {
    const wire = new Wire('tcpOutgoing')
    guardOf(wire).facts = facts
    const heard: string[] = []
    wire.on('have', (piece: number) => heard.push(`have ${piece}`))
    wire.on('error', () => undefined)
    wire.handshake('a'.repeat(40), 'b'.repeat(40), {})
    const unsound = message(4, Buffer.from([0, 0, 0, 200]))
    const have = message(4, Buffer.from([0, 0, 0, 3]))
    const begun = message(7, Buffer.alloc(8 + blockLength)).subarray(0, 1000)
    const bytes = Buffer.concat([handshake, unsound, have.subarray(4), have, begun])
    feed(wire, bytes.subarray(0, cut), cut)
    feed(wire, bytes.subarray(cut), bytes.length)
    assert.equal([heard, wire._bufferSize, wire._buffer.length], [[], 0, 0])
    assert.ok(guardOf(wire).isEnded)
  })

function request(...numbers: readonly number[]): Buffer {
  const body = Buffer.alloc(12)
  numbers.forEach((number, place) => body.writeUInt32BE(number, place * 4))
  return message(6, body)
}

function message(number: number, body: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(body.length + 1)
  head[4] = number
  return Buffer.concat([head, body])
}

/** Gives the wire all bytes through one buffer, which is overwritten after each part. */
function feed(wire: InstanceType<typeof Wire>, bytes: Uint8Array, cut: number): void {
  const memory = Buffer.alloc(cut)
  for (let at = 0; at < bytes.length; at += cut) {
    const part = bytes.subarray(at, at + cut)
    memory.set(part)
    wire._write(memory.subarray(0, part.length), (error) => assert.is(error, null))
    memory.fill(0xff)
  }
}

test.run()
