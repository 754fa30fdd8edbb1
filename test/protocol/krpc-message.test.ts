import * as assert from 'uvu/assert'
import { decodeBencode } from '../../src/protocol/bencode.ts'
import { encodeBencode, type Encodable } from '../../src/protocol/bencode-encode.ts'
import { isKrpcMessage } from '../../src/protocol/krpc-message.ts'
import { suite } from '../support/suite.ts'

const krpc = suite('protocol/krpc-message')
const id = Buffer.alloc(20, 1)
const judge = (message: Encodable): boolean => isKrpcMessage(decodeBencode(encodeBencode(message)))
const query = (q: Encodable, a: Encodable): Encodable => ({ t: 'aa', y: 'q', q, a })
const answer = (r: Encodable): Encodable => ({ t: 'aa', y: 'r', r })

krpc('messages of BEP 5 are taken', () => {
  const taken: Encodable[] = [
    query('ping', { id }),
    query('find_node', { id, target: id }),
    query('get_peers', { id, info_hash: id, want: ['n4'] }),
    query('announce_peer', { id, info_hash: id, port: 6881, implied_port: 1, token: 'x' }),
    query('some_day', { id, more: [1] }),
    answer({ id }),
    answer({ id, nodes: Buffer.alloc(52) }),
    answer({ id, token: 'x', values: [Buffer.alloc(6), Buffer.alloc(18)] }),
    { t: 'aa', y: 'e', e: [201, 'generic'] },
    { t: 'aa', y: 'r', r: { id }, v: 'LT', ip: Buffer.alloc(6), ro: 1 },
  ]
  for (const message of taken) assert.ok(judge(message), JSON.stringify(message))
})

krpc('a field of another type or length is refused', () => {
  const refused: Encodable[] = [
    1, [], '', {}, { t: 'aa' }, { t: 1, y: 'q', q: 'ping', a: { id } }, { t: '', y: 'q', q: 'ping', a: { id } },
    { t: 'a'.repeat(33), y: 'q', q: 'ping', a: { id } }, { t: 'aa', y: 1, q: 'ping', a: { id } },
    { t: 'aa', y: {}, q: 'ping', a: { id } }, { t: 'aa', y: 'x', q: 'ping', a: { id } }, query(1, { id }),
    query({}, { id }), query('ping', 1), query('ping', []), query('ping', {}), query('ping', { id: 1 }),
    query('ping', { id: 'short' }), query('find_node', { id, target: {} }), query('find_node', { id, target: 'x' }),
    query('get_peers', { id, info_hash: 5 }), query('get_peers', { id, info_hash: [id] }),
    query('announce_peer', { id, info_hash: id, port: 'x', token: 'x' }),
    query('announce_peer', { id, info_hash: id, port: 70_000, token: 'x' }),
    query('announce_peer', { id, info_hash: id, port: -1, token: 'x' }),
    query('announce_peer', { id, info_hash: id, port: 1, token: 7 }),
    query('announce_peer', { id, info_hash: id, port: 1, token: 'x'.repeat(200) }),
    query('put', { id, token: 'x', v: 'x', k: 'short' }), query('put', { id, token: 'x', v: 'x', sig: 1 }),
    query('put', { id, token: 'x', v: 'x', salt: 's'.repeat(65) }), answer(1), answer({}), answer({ id: 'short' }),
    answer({ id, nodes: 1 }), answer({ id, nodes: 'x'.repeat(25) }), answer({ id, nodes: Buffer.alloc(2626) }),
    answer({ id, values: 'x' }), answer({ id, values: [1] }), answer({ id, values: ['x'] }),
    answer({ id, values: { a: 1 } }), answer({ id, token: [] }), { t: 'aa', y: 'e', e: 1 },
    { t: 'aa', y: 'e', e: ['x', 'y'] }, { t: 'aa', y: 'e', e: [201, 5] },
  ] // prettier-ignore
  for (const message of refused) assert.not.ok(judge(message), JSON.stringify(message))
})

krpc.run()
