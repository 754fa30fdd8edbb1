/** What hostile peers say once they are connected, and what becomes of their connection. */
import { randomBytes } from 'node:crypto'
import { encodeBencode } from '../../src/protocol/bencode-encode.ts'
import type { RawPeer } from './raw-peer.ts'
import { extended, frame } from './raw-peer.ts'

/** The torrent's pieces of one block each. */
export interface Target {
  readonly pieceCount: number
  readonly content: Buffer
}

export interface HostileCase {
  readonly title: string
  /** Whether the connection must end; one that stays must be of use afterwards. */
  readonly ends: boolean
  readonly attack: (peer: RawPeer, target: Target) => Promise<void> | void
}

const block = 16 * 1024
const huge = 0xffff_ffff
const text = (body: string): Buffer => Buffer.from(body, 'latin1')

export const messageCases: readonly HostileCase[] = [
  ends('a message of 4 GiB', () => length(huge)),
  ends('a message of 2 GiB', () => length(0x8000_0000)),
  ends('a message a byte longer than allowed', () => length(1024 * 1024 + block + 1)),
  ends('choke with a body', () => frame(0, [1])),
  ends('unchoke with a body', () => frame(1, [1])),
  ends('interested with a body', () => frame(2, [], Buffer.alloc(5000))),
  ends('have without a piece', () => frame(4)),
  ends('have of half a number', () => frame(4, [], Buffer.alloc(2))),
  ends('have of the piece after the last', ({ pieceCount }) => frame(4, [pieceCount])),
  ends('have of piece 2^32-1', () => frame(4, [huge])),
  ends('have of piece 2^31', () => frame(4, [0x8000_0000])),
  ends('an empty bitfield', () => frame(5)),
  ends('a bitfield a byte too short', (target) => frame(5, [], Buffer.alloc(bytesOf(target) - 1))),
  ends('a bitfield a byte too long', (target) => frame(5, [], Buffer.alloc(bytesOf(target) + 1))),
  ends('a bitfield of a megabyte', () => frame(5, [], Buffer.alloc(1_000_000))),
  ends('a bitfield with spare bits set', (target) => frame(5, [], Buffer.alloc(bytesOf(target), 0xff))),
  ends('bitfields without end', (target) =>
    repeated(frame(5, [], Buffer.alloc(bytesOf(target))), 65 + target.pieceCount),
  ),
  ends('have all without end', ({ pieceCount }) => repeated(frame(14), 65 + pieceCount)),
  ends('have all and have none in turn', ({ pieceCount }) =>
    repeated(Buffer.concat([frame(14), frame(15)]), 65 + pieceCount),
  ),
  ends('have all with a body', () => frame(14, [0])),
  ends('a request without a body', () => frame(6)),
  ends('a request of eight bytes', () => frame(6, [0, 0])),
  ends('a request of sixteen bytes', () => frame(6, [0, 0, block, 0])),
  ends('a request of no bytes', () => frame(6, [0, 0, 0])),
  ends('a request of 4 GiB', () => frame(6, [0, 0, huge])),
  ends('a request of 1 MiB', () => frame(6, [0, 0, 1024 * 1024])),
  ends('a request past the end of its piece', () => frame(6, [0, 1, block])),
  ends('a request at offset 2^32-1', () => frame(6, [0, huge, 1])),
  ends('a request of the piece after the last', ({ pieceCount }) => frame(6, [pieceCount, 0, block])),
  ends('a request of piece 2^31', () => frame(6, [0x8000_0000, 0, block])),
  ends('a block without bytes', () => frame(7, [0, 0])),
  ends('a block without an offset', () => frame(7, [0])),
  ends('a block longer than its piece', () => frame(7, [0, 0], Buffer.alloc(block + 1))),
  ends('a block at a wrong offset', () => frame(7, [0, 5], Buffer.alloc(block))),
  ends('a block of the piece after the last', ({ pieceCount }) =>
    frame(7, [pieceCount, 0], Buffer.alloc(block)),
  ),
  ends('a thousand blocks that nobody asked for', () =>
    repeated(frame(7, [0, 0], Buffer.alloc(block)), 1000),
  ),
  ends('cancel of five bytes', () => frame(8, [0])),
  ends('cancel of a block out of range', () => frame(8, [huge, huge, huge])),
  ends('a port of one byte', () => frame(9, [], Buffer.alloc(1))),
  ends('suggest of a piece out of range', () => frame(13, [huge])),
  ends('suggest without a piece', () => frame(13)),
  ends('reject of a block out of range', () => frame(16, [huge, 0, block])),
  ends('reject without a body', () => frame(16)),
  ends('allowed fast of a piece out of range', () => frame(17, [huge])),
  ends('allowed fast without a piece', () => frame(17)),
  ends('an extended message without a number', () => frame(20)),
  stays('a bitfield again, in the place of many haves', (target) =>
    repeated(frame(5, [], Buffer.alloc(bytesOf(target))), 2),
  ),
  stays('a port of 0', () => frame(9, [], Buffer.alloc(2))),
  stays('cancels of what was not asked for', () => repeated(frame(8, [0, 0, block]), 20_000)),
  stays('rejects of what nobody asked for', () => repeated(frame(16, [0, 0, block]), 20_000)),
  stays('allowed fast of every piece', ({ pieceCount }) => each(pieceCount, (piece) => frame(17, [piece]))),
  stays('suggest of every piece', ({ pieceCount }) => each(pieceCount, (piece) => frame(13, [piece]))),
  stays('messages of unknown numbers', () => each(200, (number) => frame(21 + number, [], randomBytes(50)))),
  stays('100,000 keep-alives', () => Buffer.alloc(400_000)),
  stays('choke and unchoke 20,000 times', () => repeated(Buffer.concat([frame(0), frame(1)]), 20_000)),
  stays('interested and not 20,000 times', () => repeated(Buffer.concat([frame(2), frame(3)]), 20_000)),
  stays('have of one piece 20,000 times', () => repeated(frame(4, [0]), 20_000)),
  stays('extended messages of numbers nobody gave', () =>
    each(250, (number) => extended(number + 4, randomBytes(9))),
  ),
  ...[
    ['nothing', ''],
    ['an integer', 'i1e'],
    ['a list', 'le'],
    ['no bencode', 'hello'],
    ['a negative length', '-1:a'],
    ['a length that hangs others', 'd-5:'],
    ['a dictionary that is cut off', 'd1:md11:ut_metadatai1e'],
    ['something after its end', 'de1:x'],
    ['lists 100 deep', 'l'.repeat(100) + 'e'.repeat(100)],
    ['a float', 'd1:pi1.5ee'],
    ['m as a list', 'd1:mlee'],
    ['m as text', 'd1:m1:xe'],
    ['an extension whose number is text', 'd1:md6:ut_pex1:1ee'],
    ['an extension whose number is a dictionary', 'd1:md6:ut_pexdeee'],
    ['an extension whose number is negative', 'd1:md6:ut_pexi-1eee'],
    ['an extension whose number is 256', 'd1:md6:ut_pexi256eee'],
    ['metadata_size as text', 'd13:metadata_size1:xe'],
    ['a negative metadata_size', 'd13:metadata_sizei-1ee'],
    ['a huge metadata_size', 'd13:metadata_sizei99999999999ee'],
    ['a port as a list', 'd1:plee'],
    ['a port of 65536', 'd1:pi65536ee'],
    ['a negative reqq', 'd4:reqqi-1ee'],
    ['reqq as a dictionary', 'd4:reqqdee'],
    ['a name that is a number', 'd1:vi1ee'],
    ['yourip as a list', 'd6:youriplee'],
  ].map(([what = '', body = '']) => ends(`an extended handshake: ${what}`, () => extended(0, text(body)))),
  ends('an extended handshake of a megabyte', () => extended(0, { v: Buffer.alloc(1_000_000) })),
  ends('an extended handshake with 101 extensions', () => extended(0, { m: names(101, 0) })),
  ends('new extensions again and again', () =>
    each(50, (round) => extended(0, { m: names(50, round * 50) })),
  ),
  stays('an extended handshake with a key __proto__', () =>
    extended(0, text('d1:md9:__proto__i1ee9:__proto__dee')),
  ),
  stays('10,000 extended handshakes', () => repeated(extended(0, { m: { ut_metadata: 1 } }), 10_000)),
]

export const extensionCases: readonly (HostileCase & { extension: string })[] = [
  ...of('ut_metadata', true, [
    ['nothing', text('')],
    ['no bencode', text('garbage')],
    ['a list', text('le')],
    ['no type', text('d5:piecei0ee')],
    ['a type that is text', text('d8:msg_type1:05:piecei0ee')],
    ['a request without a piece', text('d8:msg_typei0ee')],
    ['a request of piece -1', text('d8:msg_typei0e5:piecei-1ee')],
    ['a request of piece 10,000', text('d8:msg_typei0e5:piecei10000ee')],
    ['a request of a piece that is a list', text('d8:msg_typei0e5:pieceleee')],
    ['a request of a piece past the end', text('d8:msg_typei0e5:piecei600ee')],
    ['a request with something behind it', text('d8:msg_typei0e5:piecei0eejunk')],
    ['data without a size', text('d8:msg_typei1e5:piecei0eexxxx')],
    ['data of another length than its size', text('d8:msg_typei1e5:piecei0e10:total_sizei100eexxxx')],
    ['data of a size that is negative', text('d8:msg_typei1e5:piecei0e10:total_sizei-4eexxxx')],
    ['data of 4 GiB', text('d8:msg_typei1e5:piecei0e10:total_sizei4294967296eexxxx')],
    [
      'data longer than a block',
      Buffer.concat([text('d8:msg_typei1e5:piecei0e10:total_sizei20000ee'), Buffer.alloc(20_000)]),
    ],
    ['data of a piece past its size', text('d8:msg_typei1e5:piecei9e10:total_sizei4eexxxx')],
    ['a reject of a huge piece', text('d8:msg_typei2e5:piecei99999999eee')],
  ]),
  ...of('ut_metadata', false, [
    ['a type of days to come', text('d8:msg_typei9e5:piecei0ee')],
    ['rejects of what nobody asked for', text('d8:msg_typei2e5:piecei0ee')],
    ['data that nobody asked for', text('d8:msg_typei1e5:piecei0e10:total_sizei4eexxxx')],
  ]),
  ...of('ut_pex', true, [
    ['nothing', text('')],
    ['a list', text('le')],
    ['part of an address', text('d5:added5:aaaaae')],
    ['addresses as numbers', text('d5:addedi1ee')],
    ['flags of other peers', text('d5:added6:aaaaaa7:added.f2:aae')],
    ['part of an IPv6 address', text('d6:added617:aaaaaaaaaaaaaaaaae')],
  ]),
  ...of('ut_pex', false, [
    [
      '20,000 addresses',
      encodeBencode({ added: Buffer.alloc(120_000, 0x7f), 'added.f': Buffer.alloc(20_000) }),
    ],
    ['addresses without a port', encodeBencode({ added: Buffer.alloc(6), 'added.f': Buffer.alloc(1) })],
  ]),
  ...of('lt_donthave', true, [
    ['nothing', text('')],
    ['two bytes', text('ab')],
    ['a piece out of range', Buffer.alloc(4, 0xff)],
    ['five bytes', Buffer.alloc(5)],
  ]),
  {
    title: 'lt_donthave: a piece that is taken back 1,001 times',
    extension: 'lt_donthave',
    ends: true,
    attack: async (peer) =>
      peer.send(repeated(extended(await peer.extensionNumber('lt_donthave'), Buffer.alloc(4)), 1001)),
  },
  ...of('lt_donthave', false, [['a piece that it never had', Buffer.alloc(4)]]),
]

function ends(title: string, bytes: (target: Target) => Buffer): HostileCase {
  return { title, ends: true, attack: (peer, target) => peer.send(bytes(target)) }
}

function stays(title: string, bytes: (target: Target) => Buffer): HostileCase {
  return { ...ends(title, bytes), ends: false }
}

function of(
  extension: string,
  isEnd: boolean,
  bodies: readonly (readonly [string, Uint8Array])[],
): (HostileCase & { extension: string })[] {
  return bodies.map(([what, body]) => ({
    title: `${extension}: ${what}`,
    extension,
    ends: isEnd,
    attack: async (peer) => peer.send(extended(await peer.extensionNumber(extension), body)),
  }))
}

function length(bytes: number): Buffer {
  const header = Buffer.alloc(4)
  header.writeUInt32BE(bytes)
  return header
}

function bytesOf({ pieceCount }: Target): number {
  return Math.ceil(pieceCount / 8)
}

function repeated(bytes: Buffer, count: number): Buffer {
  return Buffer.alloc(bytes.length * count, bytes)
}

function each(count: number, make: (index: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => make(index)))
}

function names(count: number, first: number): Record<string, number> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`x_${first + index}`, (index % 200) + 1]),
  )
}
