/** Datagrams to the group of local discovery (BEP 14) that are no sound announce lead nobody anywhere. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { randomBytes } from 'node:crypto'
import * as assert from 'uvu/assert'
import { formatAnnounce, lsdGroup, lsdPort, mostInfoHashes } from '../../src/main/lsd/lsd-message.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { addTorrent, whenState } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'
import { startDownload, type LiveDownload } from './live-download.ts'

const announces = suite('test/hostile/local-announces')
const host = '127.0.0.1'
const dialledWithinMs = 20_000
const flood = 5000
let live: LiveDownload | undefined

/** The lines of an announce as it should be, for a test to spoil. */
interface Sound {
  readonly port: number
  readonly infoHash: string
  readonly hostLine: string
}

const text = (...lines: string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n\r\n\r\n`, 'latin1')
const search = 'BT-SEARCH * HTTP/1.1'

const hostile: Record<string, (sound: Sound) => Buffer> = {
  'nothing': () => Buffer.alloc(0),
  'chances': () => randomBytes(1400),
  '60,000 zeros': () => Buffer.alloc(60_000),
  'a datagram a byte longer than a packet': (sound) => Buffer.concat([plain(sound), Buffer.alloc(1401 - plain(sound).length, '\n')]),
  'an announce in 60,000 bytes': (sound) => Buffer.concat([plain(sound), Buffer.alloc(60_000, '\n')]),
  'another method': ({ hostLine, port, infoHash }) => text('M-SEARCH * HTTP/1.1', hostLine, `Port: ${port}`, `Infohash: ${infoHash}`),
  'another version': ({ hostLine, port, infoHash }) => text('BT-SEARCH * HTTP/1.0', hostLine, `Port: ${port}`, `Infohash: ${infoHash}`),
  'a path': ({ hostLine, port, infoHash }) => text('BT-SEARCH /x HTTP/1.1', hostLine, `Port: ${port}`, `Infohash: ${infoHash}`),
  'an answer': ({ hostLine, port, infoHash }) => text('HTTP/1.1 200 OK', hostLine, `Port: ${port}`, `Infohash: ${infoHash}`),
  'no host': ({ port, infoHash }) => text(search, `Port: ${port}`, `Infohash: ${infoHash}`),
  'another host': ({ port, infoHash }) => text(search, 'Host: 239.255.255.250:1900', `Port: ${port}`, `Infohash: ${infoHash}`),
  'two hosts': ({ hostLine, port, infoHash }) => text(search, hostLine, hostLine, `Port: ${port}`, `Infohash: ${infoHash}`),
  'no port': ({ hostLine, infoHash }) => text(search, hostLine, `Infohash: ${infoHash}`),
  'two ports': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port: ${port}`, `Port: ${port}`, `Infohash: ${infoHash}`),
  'port 0': ({ hostLine, infoHash }) => text(search, hostLine, 'Port: 0', `Infohash: ${infoHash}`),
  'a port past 65,535 that wraps around': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port: ${port + 65_536}`, `Infohash: ${infoHash}`),
  'a negative port': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port: -${port}`, `Infohash: ${infoHash}`),
  'a port in hex': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port: 0x${port.toString(16)}`, `Infohash: ${infoHash}`),
  'a port with a sign': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port: +${port}`, `Infohash: ${infoHash}`),
  'a port and more': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port: ${port} 80`, `Infohash: ${infoHash}`),
  'a port as an address': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port: 127.0.0.1:${port}`, `Infohash: ${infoHash}`),
  'no info hash': ({ hostLine, port }) => text(search, hostLine, `Port: ${port}`),
  'an info hash of 39 digits': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port: ${port}`, `Infohash: ${infoHash.slice(1)}`),
  'an info hash of 41 digits': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port: ${port}`, `Infohash: ${infoHash}0`),
  'a sound info hash and one that is none': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port: ${port}`, `Infohash: ${infoHash}`, 'Infohash: x'),
  'an info hash as bytes': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port: ${port}`, `Infohash: ${Buffer.from(infoHash, 'hex').toString('latin1')}`),
  'hashes of others': ({ port }) => formatAnnounce({ port, infoHashes: Array.from({ length: mostInfoHashes }, () => randomBytes(20).toString('hex')), cookie: undefined }),
  'a folded header': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port:\r\n ${port}`, `Infohash: ${infoHash}`),
  'a header without a name': ({ hostLine, port, infoHash }) => text(search, hostLine, ': x', `Port: ${port}`, `Infohash: ${infoHash}`),
  'a header without a value': ({ hostLine, port, infoHash }) => text(search, hostLine, 'X:', `Port: ${port}`, `Infohash: ${infoHash}`),
  'a space before a colon': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port : ${port}`, `Infohash: ${infoHash}`),
  'a NUL in a header': ({ hostLine, port, infoHash }) => text(search, hostLine, 'X: a\0b', `Port: ${port}`, `Infohash: ${infoHash}`),
  'an escape in a header': ({ hostLine, port, infoHash }) => text(search, hostLine, 'X: \u001b[2J', `Port: ${port}`, `Infohash: ${infoHash}`),
  'a name of 1,000 letters': ({ hostLine, port, infoHash }) => text(search, hostLine, `${'X'.repeat(1000)}: y`, `Port: ${port}`, `Infohash: ${infoHash}`),
  'lines without carriage returns': (sound) => Buffer.from(plain(sound).toString('latin1').replaceAll('\r', '')),
  'no end': ({ hostLine, port, infoHash }) => Buffer.from([search, hostLine, `Port: ${port}`, `Infohash: ${infoHash}`].join('\r\n')),
  'something after its end': (sound) => Buffer.concat([plain(sound), Buffer.from('x')]),
  'a second announce after its end': (sound) => Buffer.concat([plain(sound), plain(sound)]),
  'two cookies': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port: ${port}`, `Infohash: ${infoHash}`, 'cookie: a', 'cookie: b'),
  'a cookie of 65 letters': ({ hostLine, port, infoHash }) => text(search, hostLine, `Port: ${port}`, `Infohash: ${infoHash}`, `cookie: ${'c'.repeat(65)}`),
} // prettier-ignore

function plain({ port, infoHash }: Sound): Buffer {
  return formatAnnounce({ port, infoHashes: [infoHash], cookie: 'a' })
}

/** A port of every address that counts who dials it. */
async function canary(): Promise<AsyncDisposable & { readonly port: number; readonly dials: () => number }> {
  let dials = 0
  const server = createServer((socket) => {
    dials += 1
    socket.on('error', () => undefined).destroy()
  }).listen(0, '0.0.0.0')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    dials: () => dials,
    [Symbol.asyncDispose]: async () => {
      await once(server.close(), 'close')
    },
  }
}

/** Sends datagrams to the group on the loopback from an address there, one after the other. */
async function speaker(
  address = host,
): Promise<Disposable & { send(...datagrams: Buffer[]): Promise<void> }> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true }).bind(0, address)
  await once(socket, 'listening')
  socket.setMulticastInterface(host)
  return {
    send: async (...datagrams) => {
      for (const bytes of datagrams) await new Promise((done) => socket.send(bytes, lsdPort, lsdGroup, done))
    },
    [Symbol.dispose]: () => void socket.close(),
  }
}

announces.before(async () => {
  live = await startDownload(60, {}, { lsd: 1 })
})

announces(`${Object.keys(hostile).length} hostile announces lead nowhere, sound ones do`, async () => {
  assert.ok(live)
  const { server, session, made } = live
  const secret = makeMetainfo({ seed: 'nobody announces it', private: true })
  await addTorrent(server.rest, session, { file: secret.bytes, save_path: 'private' })
  await whenState(server.rest, session, secret.infoHash, 'downloading')
  await using unwanted = await canary()
  await using wanted = await canary()
  using group = await speaker()
  const sound = { port: unwanted.port, infoHash: made.infoHash, hostLine: `Host: ${lsdGroup}:${lsdPort}` }
  const all = [...Object.values(hostile).map((make) => make(sound)), plain({ ...sound, infoHash: secret.infoHash })] // prettier-ignore
  for (const [index, bytes] of all.entries()) {
    // each from an address of its own, of which few are heard, beside one that proves that it was heard
    using one = await speaker(`127.0.7.${index + 1}`)
    await using heard = await canary()
    await eventually(dialledWithinMs, `datagram ${index}`, async () => {
      await one.send(bytes, plain({ ...sound, port: heard.port }))
      return heard.dials() > 0
    })
    if (index % 8 === 0) await live.goesOn()
  }
  assert.is(unwanted.dials(), 0)
  await group.send(...Array.from({ length: flood }, () => plain({ ...sound, infoHash: secret.infoHash })))
  await live.goesOn()
  await eventually(dialledWithinMs, 'a dial after the flood', async () => {
    await group.send(plain({ ...sound, port: wanted.port }))
    return wanted.dials() > 0
  })
  assert.is(unwanted.dials(), 0)
})

announces('the download finishes in the generation that it began in', async () => {
  assert.ok(live)
  await using download = live
  await download.finishes()
})

announces.run()
