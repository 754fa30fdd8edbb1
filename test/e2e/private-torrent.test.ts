/**
 * A private torrent (BEP 27) under watch: every datagram that its session sends to the DHT and to the local
 * network, and the extended handshakes of its wires. Public torrents beside it show that the watch sees.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { decodeBencode, type BencodeDictionary } from '../../src/protocol/bencode.ts'
import { encodeBencode } from '../../src/protocol/bencode-encode.ts'
import { lsdGroup, lsdPort } from '../../src/main/lsd/lsd-message.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'
import { ExtendedPeer } from '../worker/pex/extended-peer.ts'

const test = suite('test/e2e/private-torrent')
const host = '127.0.0.1'
const deadlineMs = 20_000
const discovered = { dht: 1, lsd: 1, pex: 1 }
const option = (name: string) => ({ name, seed: `${name} ${process.pid}` })

/** A node of the DHT and a listener of the local network that keep every datagram. */
interface Watch extends Disposable {
  readonly port: number
  /** How many datagrams name the torrent, in the DHT and on the local network. */
  count(infoHash: string): number
}

async function startWatch(): Promise<Watch> {
  const heard: Buffer[] = []
  const node = createSocket('udp4')
  node.on('message', (bytes, from) => {
    heard.push(bytes)
    const answer = answerTo(bytes)
    if (answer) node.send(answer, from.port, from.address)
  })
  const local = createSocket({ type: 'udp4', reuseAddr: true })
  local.on('message', (bytes) => heard.push(bytes))
  await Promise.all([bound(node, 0), bound(local, lsdPort)])
  local.addMembership(lsdGroup, host)
  return {
    port: node.address().port,
    count: (infoHash) => {
      const hash = Buffer.from(infoHash, 'hex')
      const names = (bytes: Buffer) =>
        bytes.includes(hash) || bytes.toString().toLowerCase().includes(infoHash)
      return heard.filter(names).length
    },
    [Symbol.dispose]: () => {
      node.close()
      local.close()
    },
  }
}

async function bound(socket: Socket, port: number): Promise<void> {
  socket.bind(port, port === 0 ? host : undefined)
  await once(socket, 'listening')
}

/** What a node says that knows nobody and takes every announce. */
function answerTo(bytes: Buffer): Uint8Array | undefined {
  const { t, y } = decodeBencode(bytes) as BencodeDictionary
  if (!(t instanceof Uint8Array) || !(y instanceof Uint8Array) || y[0] !== 0x71) return undefined
  const r = { id: Buffer.alloc(20, 0xab), nodes: Buffer.alloc(0), token: 'token' }
  return encodeBencode({ t, y: 'r', r })
}

const settings = (watch: Watch) => ({
  ALLOW_PRIVATE_PEERS: 'loopback',
  DHT_BOOTSTRAP: `${host}:${watch.port}`,
})

test('a private torrent is in no datagram, and its peers are offered no exchange', async () => {
  using watch = await startWatch()
  await using server = await startTestServer(settings(watch))
  const session = await openSession(server.rest, discovered)
  const secret = makeMetainfo({ ...option('secret'), private: true })
  const open = makeMetainfo(option('open'))
  for (const made of [secret, open]) {
    await addTorrent(server.rest, session, { file: made.bytes })
    await whenState(server.rest, session, made.infoHash, 'downloading')
  }
  await eventually(deadlineMs, 'the public one is looked up, announced and told locally', () => {
    return watch.count(open.infoHash) >= 3
  })
  assert.is(watch.count(secret.infoHash), 0)
  for (const [made, expected] of [
    [secret, 'undefined'],
    [open, 'number'],
  ] as const) {
    const peer = await ExtendedPeer.join({ infoHash: made.infoHash, port: session.port })
    assert.is(typeof peer.pexId, expected)
    peer.close()
  }
})

test('a magnet that turns out private is silent from then on', async () => {
  using watch = await startWatch()
  await using server = await startTestServer(settings(watch))
  const secret = makeMetainfo({ ...option('late'), private: true })
  const { infoHash } = secret
  writeFiles(join(server.rootDir, 'there'), secret)
  const seeding = await openSession(server.rest, { pex: 0 })
  await addTorrent(server.rest, seeding, { file: secret.bytes, save_path: 'there' })
  await whenState(server.rest, seeding, infoHash, 'seeding')
  const session = await openSession(server.rest, discovered)
  const magnet = `magnet:?xt=urn:btih:${infoHash}&x.pe=${host}:${seeding.port}`
  await addTorrent(server.rest, session, { magnet })
  await whenState(server.rest, session, infoHash, 'seeding')
  const before = watch.count(infoHash)
  const later = makeMetainfo(option('later'))
  writeFiles(join(server.rootDir, 'here'), later)
  await addTorrent(server.rest, session, { file: later.bytes })
  await eventually(
    deadlineMs,
    'a later one is looked up, announced and told',
    () => watch.count(later.infoHash) >= 3,
  )
  assert.is(watch.count(infoHash), before)
  const peer = await ExtendedPeer.join({ infoHash, port: session.port })
  assert.is(peer.pexId, undefined)
  peer.close()
})

test.run()
