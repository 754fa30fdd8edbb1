/**
 * A torrent of many pieces, half of which are there, is stopped and started again and again; then one that is
 * complete. Prints one JSON line: milliseconds from the request to the answer, and from the answer until the
 * torrent is listed as downloading or seeding, beside those of the check that hashes it.
 * `node bench/restart.ts --pieces N --kib of-a-piece --rounds N --folder F`
 */
import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeRandomTorrent } from './random-torrent.ts'
import { figure, figures, report } from './report.ts'
import { RestClient } from './rest-client.ts'
import { builtProgram, startServer } from './server.ts'

const withinMs = 300_000

const { values } = parseArgs({
  options: {
    pieces: { type: 'string', default: '16384' },
    kib: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '20' },
    folder: { type: 'string', default: tmpdir() },
    program: { type: 'string', default: builtProgram },
  },
})
const pieceLength = Number(values.kib) * 1024
const length = Number(values.pieces) * pieceLength
const root = mkdtempSync(join(values.folder, 'resttorrent-bench-'))
try {
  const seeding = await measure('seeding', length)
  const downloading = await measure('downloading', length / 2)
  const [pieces, kib, rounds] = [Number(values.pieces), Number(values.kib), Number(values.rounds)]
  report('restart', 'restart', { unit: 'ms', pieces, kib, rounds, seeding, downloading })
} finally {
  rmSync(root, { recursive: true })
}

/** Of a torrent whose file has so many bytes, which is then in that state. */
async function measure(state: string, there: number): Promise<object> {
  const torrent = makeRandomTorrent(root, state, length, pieceLength)
  truncateSync(join(root, state), there)
  const server = await startServer({ program: values.program, nodeOptions: [], root })
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
    for (let round = 0; round < Number(values.rounds); round += 1) {
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
