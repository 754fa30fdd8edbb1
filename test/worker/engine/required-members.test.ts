/** The self-test of the engine, against the engine that is installed. */
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Wire from 'bittorrent-protocol'
import * as assert from 'uvu/assert'
import WebTorrent from 'webtorrent'
import Peer from 'webtorrent/lib/peer.js'
import { parseInfo } from '../../../src/protocol/torrent-info.ts'
import { describe } from '../../../src/worker/session/engine/content.ts'
import { requiredMembers, requireMembers } from '../../../src/worker/session/engine/required-members.ts'
import { EngineStore } from '../../../src/worker/session/storage/engine-store.ts'
import { MemoryBudget, MemoryPieceStore } from '../../../src/worker/session/storage/memory-piece-store.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { suite, within } from '../../support/suite.ts'

const test = suite('worker/session/engine/required-members')
const off = { utp: false, lsd: false, natUpnp: false, natPmp: false, tracker: false, utPex: false }
const folder = join(import.meta.dirname, '../../../src/worker/session/engine')

test('every private member that the engine folder speaks of is required, and no other', () => {
  const spoken = globSync('**/*.ts', { cwd: folder })
    .filter((path) => path !== 'required-members.ts')
    .flatMap((path) => readFileSync(join(folder, path), 'utf8').match(/\b_[a-zA-Z]\w*/g) ?? [])
  const required = Object.values(requiredMembers)
    .flat()
    .filter((name) => name.startsWith('_'))
  assert.equal([...new Set(required)].sort(), [...new Set(spoken)].sort())
})

test('each member that is taken away is named', async () => {
  const client = new WebTorrent({ ...off, dht: { bootstrap: false, host: '127.0.0.1' } })
  const { dht, _connPool: pool } = client
  const made = makeMetainfo()
  const info = parseInfo(made.rawInfo)
  const store = new EngineStore(new MemoryPieceStore(info, new MemoryBudget(made.length)))
  const bits = new Uint8Array(Math.ceil(made.pieceCount / 8))
  const content = { info, rawInfo: made.rawInfo, bits, store }
  const open = client.add(describe(made.infoHash, content), { preloadedStore: store, bitfield: bits })
  if (!dht || !pool) throw new Error('no DHT, or no pool')
  try {
    await within(5000, 'a torrent', once(open, 'ready'))
    const whole = {
      Client: client,
      ConnPool: pool,
      Torrent: client.add({ infoHash: 'a'.repeat(40), name: '', announce: [], urlList: [] }, {}),
      OpenTorrent: open,
      Wire: new Wire(),
      Peer: new Peer('', 'tcpOutgoing'),
      DhtNode: dht,
      KrpcSocket: dht._rpc.socket,
    } satisfies Record<keyof typeof requiredMembers, object>
    for (const [kind, object] of Object.entries(whole) as [keyof typeof whole, object][]) {
      requireMembers(kind, object)
      for (const lost of requiredMembers[kind]) {
        const without = new Proxy(object, { has: (target, name) => name !== lost && name in target })
        assert.throws(() => requireMembers(kind, without), `the engine lacks ${kind}.${lost}`)
      }
    }
  } finally {
    await new Promise<void>((resolve) => client.destroy(() => resolve()))
  }
})

test.run()
