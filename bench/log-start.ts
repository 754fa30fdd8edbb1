/**
 * How long the server takes from its start until it listens: over a store whose log is as large as it gets and
 * was left by `kill -9`, and over the same store after an end in order. Its session is stopped, so that nothing
 * but the store is measured. Prints one JSON line. The folder is made and removed.
 * `node bench/log-start.ts [rounds] [folder]`
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../src/worker/store/store.ts'
import { Program } from '../test/peers/program.ts'
import { putTorrent, sessionOf, torrentOf } from '../test/worker/store/fixture.ts'
import { figures, report } from './report.ts'
import { builtProgram } from './server.ts'

const logBytes = 60 * 1024 * 1024
const metainfoBytes = 100_000
const startWithinMs = 60_000
const filling = '--fill'

const [first = '3', folder = tmpdir()] = process.argv.slice(2)
if (first === filling) await fillAndDie(folder)
else await compare(Number(first))

async function compare(rounds: number): Promise<void> {
  const runs: { afterKillMs: number; inOrderMs: number; logMiB: number }[] = []
  for (let round = 0; round < rounds; round += 1) {
    const dataDir = mkdtempSync(join(folder, 'resttorrent-log-'))
    try {
      await filled(dataDir)
      const logMiB = statSync(logOf(dataDir)).size / 1024 / 1024
      runs.push({ afterKillMs: await startMs(dataDir), inOrderMs: await startMs(dataDir), logMiB })
    } finally {
      rmSync(dataDir, { recursive: true })
    }
  }
  report('log-start', 'kill', figures(runs))
}

/** In a process of its own, which kills itself. */
async function filled(dataDir: string): Promise<void> {
  let isGone = false
  const child = new Program(process.execPath, [import.meta.filename, filling, dataDir])
  await child.until(startWithinMs, 'is killed', () => isGone).catch(() => (isGone = true))
  await child.stop()
}

async function fillAndDie(dataDir: string): Promise<void> {
  const store = await openStore(dataDir)
  await store.write([{ type: 'put_session', session: { ...sessionOf(1), started: false } }])
  for (let n = 1; statSync(logOf(dataDir)).size < logBytes; n += 1) {
    const rawInfo = randomBytes(metainfoBytes)
    const infoHash = createHash('sha1').update(rawInfo).digest('hex')
    const torrent = torrentOf(n)
    await store.write([putTorrent({ ...torrent, infoHash, source: { ...torrent.source, rawInfo } })])
  }
  process.kill(process.pid, 'SIGKILL')
}

/** Until it says where it listens; it is ended in order then. */
async function startMs(dataDir: string): Promise<number> {
  let listens: boolean | undefined
  const startedAt = performance.now()
  const args = [builtProgram, '--no-auth', '--port', '0', '--data-dir', dataDir]
  const server = new Program(process.execPath, args, {
    onLine: (line) => (listens ||= line.includes('"address"')),
  })
  try {
    await server.until(startWithinMs, 'listens', () => listens)
    return performance.now() - startedAt
  } finally {
    await server.stop()
  }
}

function logOf(dataDir: string): string {
  return join(dataDir, 'resttorrent.sqlite-wal')
}
