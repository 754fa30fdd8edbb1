/** Fills the disk of the folder that it is given while it writes to a store there; prints what happened. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { openStore } from '../../../src/worker/store/store.ts'
import { loadAll, putSession, putTorrent, torrentOf } from './fixture.ts'

const rounds = 20
const together = 20
const metainfoBytes = 20_000
const folder = process.argv[2] ?? ''
const written: number[] = []
const codes = new Set<string>()

const codeOf = (error: unknown): string => (error instanceof RestTorrentError ? error.code : String(error))

async function write(store: Awaited<ReturnType<typeof openStore>>, n: number): Promise<void> {
  try {
    await store.write([putTorrent(torrentOf(n, metainfoBytes))])
    written.push(n)
  } catch (error) {
    codes.add(codeOf(error))
  }
}

try {
  const store = await openStore(folder)
  const ballast = join(folder, 'ballast')
  await store.write([putSession()])
  writeFileSync(ballast, Buffer.alloc(1_000_000))
  for (let round = 0; round < rounds; round += 1)
    await Promise.all(Array.from({ length: together }, (_, n) => write(store, round * together + n)))
  const backup = await store.backup().then(() => 'made', codeOf)
  const backups = readdirSync(join(folder, 'backups'))
  const onFull = written.length
  rmSync(ballast)
  await write(store, rounds * together)
  await store.close()
  const again = await openStore(folder)
  const kept = new Set((await loadAll(again)).torrents.map(({ torrent }) => torrent.infoHash))
  await again.close()
  const lost = written.filter((n) => !kept.has(torrentOf(n, metainfoBytes).infoHash))
  const more = kept.size - written.length
  const afterRoom = written.length - onFull
  console.log(JSON.stringify({ codes: [...codes], backup, backups, afterRoom, lost, more }))
} catch (error) {
  if (!(error instanceof RestTorrentError)) throw error
  console.log(JSON.stringify({ refused: error.code }))
}
