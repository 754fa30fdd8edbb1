/** The DHT (BEP 5) on loopback: a libtorrent node without torrents, and sessions that find each other by it alone. */
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { writePeerAddress } from '../../src/protocol/peer-address.ts'
import { startLibtorrent } from '../peers/libtorrent.ts'
import { makeMetainfo, writeFiles, type MadeMetainfo } from '../support/metainfo.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { suite, temporaryFolder } from '../support/suite.ts'
import { caseWith } from './require.ts'

const test = suite('interop: DHT')
const peers = { ALLOW_PRIVATE_PEERS: 'loopback' }
const onlyDht = { dht: 1, pex: 0, memory_only: 0 }
const first = makeMetainfo({ name: 'first' })
const second = makeMetainfo({ name: 'second' })

for (const [family, host] of [
  ['IPv4', '127.0.0.1'],
  ['IPv6', '::1'],
] as const) {
  caseWith(
    test,
    `a seed is found by the DHT of ${family} alone, after a restart by the kept nodes`,
    ['libtorrent'],
    async () => {
      const node = await startLibtorrent({ dht: true, host })
      await using things = new AsyncDisposableStack()
      things.defer(() => node.stop())
      const joined = { ...peers, LISTEN_HOST: host, DHT_BOOTSTRAP: writePeerAddress(node) }
      await using other = await startTestServer(joined)
      const seeding = await openSession(other.rest, onlyDht)
      const seed = async (made: MadeMetainfo) => {
        writeFiles(join(other.rootDir, 'here'), made)
        await addTorrent(other.rest, seeding, { file: made.bytes })
        await whenState(other.rest, seeding, made.infoHash, 'seeding')
      }
      const dataDir = temporaryFolder()
      let leeching: Awaited<ReturnType<typeof openSession>> | undefined
      const leech = async (server: TestServer, made: MadeMetainfo) => {
        leeching ??= await openSession(server.rest, onlyDht)
        await addTorrent(server.rest, leeching, { magnet: `magnet:?xt=urn:btih:${made.infoHash}` })
        await whenState(server.rest, leeching, made.infoHash, 'seeding')
      }

      await seed(first)
      {
        await using server = await startTestServer({ ...joined, DATA_DIR: dataDir })
        await leech(server, first)
      }
      await seed(second)
      await using server = await startTestServer({ ...joined, DHT_BOOTSTRAP: '', DATA_DIR: dataDir })
      await leech(server, second)
      const { session_id, info_hash } = { session_id: leeching?.id ?? '', info_hash: second.infoHash }
      assert.is((await server.rest.call('get_torrent', { session_id, info_hash })).progress, 1)
    },
  )
}

test.run()
