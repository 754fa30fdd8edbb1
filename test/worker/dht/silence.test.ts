/** A DHT node under queries that come too fast: a real engine, and sockets on addresses of its local network. */
import { createSocket, type Socket } from 'node:dgram'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import * as assert from 'uvu/assert'
import { createAddressPolicy } from '../../../src/protocol/address-policy.ts'
import { encodeBencode } from '../../../src/protocol/bencode-encode.ts'
import { defaultTorrentOptions } from '../../../src/protocol/torrent-options.ts'
import { bindFirstFree } from '../../../src/worker/session/bind.ts'
import { Engine } from '../../../src/worker/session/engine/engine.ts'
import { freePort } from '../../support/ports.ts'
import { sessionSettings } from '../../support/session-record.ts'
import { eventually, suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/dht: silence')
const waitMs = 10_000
const [hasty, patient] = ['127.0.0.2', '127.0.0.3'] as const
const mostPerSecond = 5
const silent = () => undefined
const events = {
  onVerified: silent,
  onMetadata: silent,
  onReady: silent,
  onFailed: silent,
  onDownloaded: silent,
  onUploaded: silent,
}
const settings = { ...sessionSettings, dht: true, lsd: true, pex: false }

/** A querier on its own address. */
class Querier implements AsyncDisposable {
  readonly #socket: Socket = createSocket('udp4')
  readonly #port: number
  answers = 0

  constructor(port: number) {
    this.#port = port
    this.#socket.on('message', () => (this.answers += 1))
  }

  async bind(host: string): Promise<this> {
    this.#socket.bind(0, host)
    await once(this.#socket, 'listening')
    return this
  }

  ping(): void {
    const query = { t: 'aa', y: 'q', q: 'ping', a: { id: Buffer.alloc(20, 9) } }
    this.#socket.send(encodeBencode(query), this.#port, '127.0.0.1')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close()
    await once(this.#socket, 'close')
  }
}

test('who sends over five packets a second is not answered any more, and others are', async () => {
  await using things = new AsyncDisposableStack()
  const bound = await bindFirstFree([await freePort()], '0.0.0.0', true)
  const engine = new Engine({
    ...bound,
    peerId: randomBytes(20).toString('hex'),
    userAgent: 'test',
    policy: createAddressPolicy([]), // in ranges that an operator opened there is no such limit
    settings,
  })
  things.defer(() => engine.close())
  const torrent = engine.open('a'.repeat(40), 'magnet', undefined, events, defaultTorrentOptions)
  for (const host of [hasty, patient]) torrent.addPeer(`${host}:1`, 'lsd')
  const start = async (host: string) => things.use(await new Querier(bound.port).bind(host))
  const [fast, slow] = [await start(hasty), await start(patient)]
  for (let at = 0; at < 3 * mostPerSecond; at += 1) fast.ping()
  await eventually(waitMs, 'the answers to the first', () => fast.answers === mostPerSecond)
  slow.ping()
  await eventually(waitMs, 'an answer to another', () => slow.answers === 1)
  // a second later, by the clock of the one that is answered
  for (let second = 0; second < 2; second += 1) {
    const before = performance.now()
    await eventually(waitMs, 'a second', () => performance.now() - before > 1000)
    fast.ping()
    slow.ping()
    await eventually(waitMs, 'an answer to the other', () => slow.answers === 2 + second)
  }
  assert.is(fast.answers, mostPerSecond)
})

test.run()
