import { EventEmitter } from 'node:events'
import * as assert from 'uvu/assert'
import type { DhtNode } from 'webtorrent'
import { queueAnnounces } from '../../../src/worker/session/engine/dht/announce-queue.ts'
import { eventually, suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/dht/announce-queue')
const waitMs = 10_000
const port = 6881

/** A node that lets a test end each announce. */
class Node extends EventEmitter {
  readonly destroyed = false
  readonly nodes = { count: () => 1 }
  readonly _tables = { remove: () => undefined }
  readonly running = new Map<string, (error?: Error | null) => void>()
  announced = 0

  announce(infoHash: string, _port: number, done: (error?: Error | null) => void): void {
    this.announced += 1
    this.running.set(infoHash, done)
  }

  /** Ends one, which found a peer. */
  end(infoHash: string): void {
    this.emit('peer', { port: port + 1 }, Buffer.from(infoHash, 'hex'))
    this.running.get(infoHash)?.()
    this.running.delete(infoHash)
  }
}

test('four announces run at a time, each begun apart; who is not wanted is not announced', async () => {
  const node = new Node()
  const secret = 'f'.repeat(40)
  queueAnnounces(node as unknown as DhtNode, port, (infoHash) => infoHash !== secret)
  const ended: string[] = []
  const announce = (infoHash: string) => node.announce(infoHash, port, () => ended.push(infoHash))
  const names = Array.from({ length: 6 }, (_, number) => `${number}`.repeat(40))
  for (const name of [secret, ...names]) announce(name)
  assert.equal(ended, [secret])
  assert.is(node.announced, 0)
  await eventually(waitMs, 'four', () => node.announced === 4)
  const first = names[0] ?? ''
  node.end(first)
  await eventually(waitMs, 'a fifth', () => node.announced === 5)
  assert.is(node.running.size, 4)
  for (const name of names.slice(1)) {
    await eventually(waitMs, name, () => node.running.has(name))
    node.end(name)
  }
  assert.equal(ended, [secret, ...names])
})

test.run()
