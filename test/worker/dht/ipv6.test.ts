/** The DHT of IPv6 (BEP 32): what its messages are inside and outside, and a node beside that of IPv4. */
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { decodeBencode, isBencodeDictionary } from '../../../src/protocol/bencode.ts'
import { encodeBencode, type Encodable } from '../../../src/protocol/bencode-encode.ts'
import { inward, outward } from '../../../src/worker/session/engine/dht/ipv6-messages.ts'
import { StandIns } from '../../../src/worker/session/engine/dht/stand-ins.ts'
import { makeMetainfo, writeFiles } from '../../support/metainfo.ts'
import { startTestServer } from '../../support/server.ts'
import { addTorrent, openSession, whenState } from '../../support/sessions.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/dht: IPv6')
const id = Buffer.alloc(20, 7)
const port = Buffer.from([26, 225])
const one = Buffer.from('20010db8000000000000000000000001', 'hex')
const two = Buffer.from('20010db8000000000000000000000002', 'hex')
const version4 = Buffer.from([192, 0, 2, 1])

const answer = (r: Encodable): Uint8Array => encodeBencode({ t: 'aa', y: 'r', r })
function answered(datagram: Uint8Array): Record<string, unknown> {
  const message = decodeBencode(datagram)
  const r = isBencodeDictionary(message) ? message['r'] : undefined
  if (!isBencodeDictionary(r)) throw new Error('no answer')
  return { ...r }
}

test('nodes and peers of an answer have stand-ins inside, and their own addresses outside again', () => {
  const standIns = new StandIns()
  const outside = answer({
    id,
    token: 'secret',
    nodes6: Buffer.concat([id, one, port, id, two, port]),
    values: [Buffer.concat([one, port]), Buffer.concat([two, port])],
  })
  const inside = inward(outside, standIns)
  const [first, second] = [standIns.of('2001:db8::1'), standIns.of('2001:db8::2')].map((text) =>
    Buffer.from((text ?? '').split('.').map(Number)),
  )
  if (first === undefined || second === undefined) throw new Error('none')
  assert.not.equal(first, second)
  const { nodes, nodes6, values } = answered(inside)
  assert.is(nodes6, undefined)
  assert.equal(Buffer.from(nodes as Uint8Array), Buffer.concat([id, first, port, id, second, port]))
  assert.equal(Buffer.from((values as Uint8Array[])[1] ?? []), Buffer.concat([second, port]))
  assert.equal(Buffer.from(outward(inside, standIns)), Buffer.from(outside))
})

test('what is of IPv4 in an answer is left out, and queries go as they are', () => {
  const standIns = new StandIns()
  const mixed = { id, nodes: Buffer.concat([id, version4, port]), values: [Buffer.concat([version4, port])] }
  assert.equal(Object.keys(answered(inward(answer(mixed), standIns))), ['id', 'values'])
  assert.equal(answered(inward(answer(mixed), standIns))['values'], [])
  const query = encodeBencode({ t: 'aa', y: 'q', q: 'get_peers', a: { id, info_hash: id } })
  assert.equal([inward(query, standIns), outward(query, standIns)], [query, query]) // prettier-ignore
})

test('an answer that is cut, or names more than any node does, gives what is whole and no more', () => {
  const standIns = new StandIns()
  const cut = answered(inward(answer({ id, nodes6: Buffer.concat([id, one, port, id, two]) }), standIns))
  assert.is((cut['nodes'] as Uint8Array).length, 26)
  const many = Buffer.concat(Array.from({ length: 500 }, () => Buffer.concat([id, one, port])))
  assert.is((answered(inward(answer({ id, nodes6: many }), standIns))['nodes'] as Uint8Array).length, 2600)
  const deep = Buffer.from(`d1:rd1:a${'l'.repeat(10)}${'e'.repeat(10)}e1:t2:aa1:y1:re`)
  assert.throws(() => inward(deep, standIns))
})

test('the address used longest ago is forgotten, and is then named to nobody', () => {
  const standIns = new StandIns()
  const numbered = (number: number): string => standIns.of(`2001:db8::${number.toString(16)}`) ?? ''
  const [oldest, used] = [numbered(1), numbered(2)]
  for (let number = 3; number <= 20_001; number += 1) {
    numbered(number)
    if (number === 10_000) numbered(2)
  }
  assert.equal([standIns.host(oldest), standIns.host(used)], [undefined, '2001:db8::2']) // prettier-ignore
  const nodes = Buffer.concat([oldest, used].map((text) => Buffer.concat([id, Buffer.from(text.split('.').map(Number)), port]))) // prettier-ignore
  assert.equal(
    Buffer.from(answered(outward(answer({ id, nodes }), standIns))['nodes6'] as Uint8Array),
    Buffer.concat([id, two, port]),
  )
})

test('a session on all addresses is found by its node of IPv6 too', async () => {
  const onlyDht = { dht: 1, pex: 0, lsd: 0 }
  const common = { ALLOW_PRIVATE_PEERS: 'loopback', DHT_BOOTSTRAP: '' }
  const made = makeMetainfo({ name: 'by-ipv6' })
  await using seed = await startTestServer({ ...common, LISTEN_HOST: '' })
  const seeding = await openSession(seed.rest, onlyDht)
  writeFiles(join(seed.rootDir, 'here'), made)
  await addTorrent(seed.rest, seeding, { file: made.bytes })
  await whenState(seed.rest, seeding, made.infoHash, 'seeding')
  await using leech = await startTestServer({
    ...common,
    LISTEN_HOST: '::1',
    DHT_BOOTSTRAP: `[::1]:${seeding.port}`,
  })
  const leeching = await openSession(leech.rest, onlyDht)
  await addTorrent(leech.rest, leeching, { magnet: `magnet:?xt=urn:btih:${made.infoHash}` })
  await whenState(leech.rest, leeching, made.infoHash, 'seeding')
})

test.run()
