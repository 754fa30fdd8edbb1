/**
 * Writes torrents to the store of the folder that it is given, several at a time, and prints the number of
 * each as soon as it is acknowledged, until it is killed. It goes on after the numbers that are there.
 */
import { writeSync } from 'node:fs'
import { StoreClient } from '../../../src/main/threads/store-client.ts'
import { threadEntries } from '../../../src/main/threads/entries.ts'
import { putSession, putTorrent, torrentOf } from '../../worker/store/fixture.ts'

const lanes = 4
const [dataDir = '', first = '0'] = process.argv.slice(2)
const store = await StoreClient.open(threadEntries.store, { dataDir }, (line) => console.error(line))
await store.write(putSession())
let next = Number(first)

async function lane(): Promise<never> {
  for (;;) {
    const n = next++
    await store.write(putTorrent(torrentOf(n)))
    // a write of its own at once: what was printed was acknowledged, and what was acknowledged is printed
    writeSync(1, `${n}\n`)
  }
}
await Promise.all(Array.from({ length: lanes }, lane))
