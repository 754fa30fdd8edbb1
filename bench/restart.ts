/**
 * A torrent of many pieces, half of which are there, is stopped and started again and again; then one that is
 * complete. Prints one JSON line: milliseconds from the request to the answer, and from the answer until the
 * torrent is listed as downloading or seeding, beside those of the check that hashes it.
 * `node bench/restart.ts --pieces N --kib of-a-piece --rounds N --folder F`
 */
import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flagsOf } from './flags.ts'
import { makeRandomTorrent } from './random-torrent.ts'
import { figure, figures, report } from './report.ts'
import { RestClient } from './rest-client.ts'
import { builtProgram, startServer } from './server.ts'

const withinMs = 300_000

const { text, count } = flagsOf({
  pieces: ['16384', 'pieces of the torrent'],
  kib: ['64', 'KiB of a piece'],
  rounds: ['20', 'stops and starts of each torrent'],
  folder: [tmpdir(), 'where the files are made'],
  program: [builtProgram, 'the server, such as another build of it'],
})
const [pieces, kib, rounds] = [count('pieces'), count('kib'), count('rounds')]
const pieceLength = kib * 1024
const length = pieces * pieceLength
const root = mkdtempSync(join(text('folder'), 'resttorrent-bench-'))
try {
  const seeding = await measure('seeding', length)
  const downloading = await measure('downloading', length / 2)
  report('restart', 'restart', { unit: 'ms', pieces, kib, rounds, seeding, downloading })
} finally {
  rmSync(root, { recursive: true })
}

/** Of a torrent whose file has so many bytes, which is then in that state. */
async function measure(state: string, there: number): Promise<object> {
  const torrent = makeRandomTorrent(root, state, length, pieceLength)
  truncateSync(join(root, state), there)
  const server = await startServer({ program: text('program'), nodeOptions: [], root })
  try {
    const client = new RestClient(server.address)
    const { id } = await client.createSession('bench')
    const becomes = async (wanted: string): Promise<void> => {
      for (const deadline = performance.now() + withinMs; ;) {
        const [row] = await client.torrents(id)
        if (row?.state === wanted) return
        if (row?.state === 'error' || performance.now() > deadline) throw new Error(JSON.stringify(row))
      }
    }
    const addedAt = performance.now()
    await client.addTorrent(id, readFileSync(torrent.torrent), { savePath: '.', started: true })
    await becomes(state)
    const checked = performance.now() - addedAt
    const runs: { answer: number; running: number }[] = []
    for (let round = 0; round < rounds; round += 1) {
      await client.stopTorrent(id, torrent.infoHash)
      await becomes('stopped')
      const askedAt = performance.now()
      await client.startTorrent(id, torrent.infoHash)
      const answeredAt = performance.now()
      await becomes(state)
      runs.push({ answer: answeredAt - askedAt, running: performance.now() - answeredAt })
    }
    return { ...figures(runs), checked: figure([checked]).median }
  } finally {
    await server.stop()
    rmSync(join(root, state))
  }
}
