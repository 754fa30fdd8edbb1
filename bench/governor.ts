/**
 * How exactly the caps of the host hold: three sessions that download from libtorrent seeds under one cap, all of
 * them, with weights, with a guarantee, and one alone; then three that libtorrent leeches download from, and one
 * alone; in windows of 10 s. Prints one JSON line each.
 * `node bench/governor.ts [windows] [bytes/s]`
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { restFace } from '../test/support/faces.ts'
import { ratesOf, startDownload, startUpload, type GovernedDownload } from '../test/support/governed.ts'
import { startProcess } from '../test/support/server-process.ts'
import { removeTemporaryFolders } from '../test/support/suite.ts'
import { report } from './report.ts'

const [windowMs, settleMs] = [10_000, 2000]
const [windows = '2', given = '900000'] = process.argv.slice(2)
const cap = Number(given)
const content = Math.ceil((cap * Number(windows) * 5 * (windowMs + settleMs)) / 1000)
const folder = mkdtempSync(join(tmpdir(), 'resttorrent-bench-'))

try {
  await using things = new AsyncDisposableStack()
  const [root, data] = [mkdtempSync(join(folder, 'root-')), mkdtempSync(join(folder, 'data-'))]
  const flags = ['--port', '0', '--root-dir', root, '--data-dir', data]
  const server = things.use(startProcess([...flags, '--allow-private', 'loopback']))
  const rest = restFace(await server.listening())
  await rest.call('update_host', { download_limit: cap, upload_limit: cap })
  const downloads: GovernedDownload[] = []
  for (const name of ['one', 'two', 'three']) downloads.push(await startDownload(things, rest, name, content))
  const [first, ...others] = downloads.map(({ session: { id: session_id }, infoHash: info_hash }) => ({
    session_id,
    info_hash,
  }))
  const session_id = first?.session_id
  await measure('equal', downloads)
  await rest.call('update_session', { session_id, weight: 200 })
  await measure('weights_2_1_1', downloads)
  await rest.call('update_session', { session_id, weight: 100, download_guarantee: Math.round(cap * 0.6) })
  await measure('guarantee_60_percent', downloads)
  await rest.call('update_session', { session_id, download_guarantee: 0 })
  for (const torrent of others) await rest.call('stop_torrent', torrent)
  await measure('alone', downloads)
  const uploads: GovernedDownload[] = []
  for (const name of ['four', 'five', 'six'])
    uploads.push(await startUpload(things, rest, root, name, content))
  await measure('upload_equal', uploads)
  const [one, ...rests] = uploads.map(({ session, infoHash }) => ({
    session_id: session.id,
    info_hash: infoHash,
  }))
  await rest.call('update_session', { session_id: one?.session_id, weight: 200 })
  await measure('upload_weights_2_1_1', uploads)
  for (const torrent of rests) await rest.call('stop_torrent', torrent)
  await measure('upload_alone', uploads)
} finally {
  rmSync(folder, { recursive: true, force: true })
  removeTemporaryFolders()
}

async function measure(name: string, downloads: readonly GovernedDownload[]): Promise<void> {
  await ratesOf(downloads, settleMs)
  for (let window = 0; window < Number(windows); window += 1) {
    const rates = await ratesOf(downloads, windowMs)
    const together = rates.reduce((sum, rate) => sum + rate, 0)
    const errorPercent = Math.round((together / cap - 1) * 10_000) / 100
    report('governor', name, { cap, windowMs, rates: rates.map(Math.round), errorPercent })
  }
}
