/** Connections that never become peers end, those that pretend are closed, and the download goes on. */
import { createHash, randomBytes } from 'node:crypto'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { startDownload, type LiveDownload } from './live-download.ts'
import { handshake, RawPeer } from './raw-peer.ts'

const handshakes = suite('test/hostile/handshakes')
const other = 'ef'.repeat(20)
let live: LiveDownload | undefined

/** What is sent first; each connection must end within the time that a handshake may take. */
const cases: [string, (download: LiveDownload) => readonly Uint8Array[]][] = [
  ['nothing at all', () => []],
  ['one byte', () => [Buffer.from([19])]],
  ['half a handshake', ({ made }) => [handshake(made.infoHash).subarray(0, 34)]],
  ['all but the last byte', ({ made }) => [handshake(made.infoHash).subarray(0, 67)]],
  ['another torrent', () => [handshake(other)]],
  ['another protocol', () => [Buffer.concat([Buffer.from('\x13BitTorrent protocoL'), randomBytes(48)])]],
  ['a length of 255', () => [Buffer.concat([Buffer.from([255]), randomBytes(300)])]],
  ['an HTTP request', () => [Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')]],
  ['a TLS hello', () => [Buffer.from('16030100c8010000c40303', 'hex'), randomBytes(200)]],
  ['a megabyte of zeros', () => [Buffer.alloc(1_000_000)]],
  ['a megabyte of chances', () => [randomBytes(1_000_000)]],
  ['our own peer id', ({ made, session }) => [handshake(made.infoHash, Buffer.from(session.id, 'hex'))]],
  ['MSE: a key and no more', () => [randomBytes(96)]],
  ['MSE: a key of zeros', () => [Buffer.alloc(96), randomBytes(600)]],
  ['MSE: a key of ones', () => [Buffer.alloc(96, 0xff), randomBytes(600)]],
  ['MSE: a key and padding that never ends', () => [randomBytes(96), randomBytes(5000)]],
  ['MSE: a key of one and a hash that fits nothing', ({ made }) => mse(made.infoHash, { skey: other })],
  ['MSE: a wrong verification', ({ made }) => mse(made.infoHash, { head: randomBytes(14) })],
  ['MSE: no method', ({ made }) => mse(made.infoHash, { head: head(0, 0) })],
  ['MSE: methods to come', ({ made }) => mse(made.infoHash, { head: head(0xf0, 0) })],
  ['MSE: padding of 65,535 bytes that does not come', ({ made }) => mse(made.infoHash, { head: head(3, 65_535) })],
  ['MSE: initial bytes that do not come', ({ made }) => mse(made.infoHash, { head: Buffer.concat([head(3, 0), Buffer.from([0xff, 0xff])]) })],
  ['MSE: initial bytes of another torrent', ({ made }) => mse(made.infoHash, { head: withInitial(handshake(other)) })],
  ['MSE: initial bytes that are no handshake', ({ made }) => mse(made.infoHash, { head: withInitial(randomBytes(68)) })],
] // prettier-ignore

handshakes.before(async () => {
  live = await startDownload(cases.length * 2 + 10)
})

// all at once: most of them end by the deadline of a handshake
handshakes(`${cases.length} connections that do not shake hands end by themselves`, async () => {
  assert.ok(live)
  const download = live
  const peers = await Promise.all(
    cases.map(async ([title, bytes]) => {
      const peer = await RawPeer.connect(download.port)
      peer.send(...bytes(download))
      return { title, peer }
    }),
  )
  const slow = await RawPeer.connect(download.port)
  const drip = dripping(slow, handshake(download.made.infoHash).subarray(0, 67))
  peers.push({ title: 'a handshake that comes byte by byte', peer: slow })
  await download.goesOn()
  for (const { title, peer } of peers) {
    await peer.closed().catch(() => assert.unreachable(`${title}: still connected`))
  }
  clearInterval(drip)
  await download.goesOn()
})

handshakes('a second connection with the id of a first is closed', async () => {
  assert.ok(live)
  const id = randomBytes(20)
  const [first, second] = [await RawPeer.connect(live.port), await RawPeer.connect(live.port)]
  first.send(handshake(live.made.infoHash, id))
  await live.goesOn()
  second.send(handshake(live.made.infoHash, id))
  await second.closed()
  assert.not.ok(first.isClosed)
  first.destroy()
})

handshakes('the download finishes in the generation that it began in', async () => {
  assert.ok(live)
  await using download = live
  await download.finishes()
})

function dripping(peer: RawPeer, bytes: Buffer): NodeJS.Timeout {
  let at = 0
  return setInterval(() => peer.send(bytes.subarray(at, ++at)), 200)
}

/** The initiator's side with the public key 1, so that the shared secret is 1, too. */
function mse(
  infoHash: string,
  { skey = infoHash, head: body = head(3, 0) }: { skey?: string; head?: Buffer },
): Buffer[] {
  const one = Buffer.alloc(96)
  one[95] = 1
  const key = Buffer.from(skey, 'hex')
  const hidden = Buffer.from(sha1('req2', key).map((byte, place) => byte ^ (sha1('req3', one)[place] ?? 0)))
  return [one, sha1('req1', one), hidden, encrypted(sha1('keyA', one, Buffer.from(infoHash, 'hex')), body)]
}

function head(methods: number, padding: number): Buffer {
  const bytes = Buffer.alloc(14)
  bytes.writeUInt32BE(methods, 8)
  bytes.writeUInt16BE(padding, 12)
  return bytes
}

function withInitial(initial: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(initial.length)
  return Buffer.concat([head(3, 0), length, initial])
}

function sha1(text: string, ...parts: Buffer[]): Buffer {
  const hash = createHash('sha1').update(text)
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** RC4 with its first 1024 bytes left out, which Node's own ciphers no longer have. */
function encrypted(key: Buffer, bytes: Buffer): Buffer {
  const state = Array.from({ length: 256 }, (_, index) => index)
  const at = (index: number): number => state[index & 255] ?? 0
  let j = 0
  const swap = (i: number): void => {
    const kept = at(i)
    state[i & 255] = at(j)
    state[j & 255] = kept
  }
  for (let i = 0; i < 256; i += 1) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) & 255
    swap(i)
  }
  j = 0
  const stream = Array.from({ length: 1024 + bytes.length }, (_, index) => {
    j = (j + at(index + 1)) & 255
    swap(index + 1)
    return at(at(index + 1) + at(j))
  })
  return Buffer.from(bytes.map((byte, place) => byte ^ (stream[1024 + place] ?? 0)))
}

handshakes.run()
