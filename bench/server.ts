/**
 * Programs that are measured: the built server as a user starts it, and a bare node:http server beside it.
 * Each is a process of its own with a temporary folder of its own.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Program } from '../test/peers/program.ts'

/** A running HTTP server. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:3000`. */
  readonly address: string
  readonly pid: number
  /** Writes one line to its standard input. */
  readonly tell: (line: string) => void
  /** Ends the process and removes its folder. */
  stop(): Promise<void>
}

/** The built server, or another build of it, and options for Node such as `--cpu-prof`. */
export interface ServerOptions {
  readonly program: string
  readonly nodeOptions: readonly string[]
  /** Where torrents are saved; a folder of its own unless told otherwise. */
  readonly root?: string
  /** Where it keeps its data, which stays when it stops; a folder of its own unless told otherwise. */
  readonly data?: string
  /** What a stop may take before it is killed. */
  readonly graceMs?: number
}

/** The program that `npm run build` makes. */
export const builtProgram = join(import.meta.dirname, '..', 'dist', 'main.js')

/** The server whose session workers fail as its standard input tells, see `faulty-server.ts`. */
export const faultyProgram = join(import.meta.dirname, 'faulty-server.ts')

const startWithinMs = 15_000

/** Starts the server on a free port of 127.0.0.1; its sessions may reach peers on loopback. */
export async function startServer({
  program,
  nodeOptions,
  root,
  data,
  graceMs,
}: ServerOptions): Promise<RunningServer> {
  const argsFor = (folder: string): string[] => {
    const downloads = join(folder, 'downloads')
    mkdirSync(downloads)
    const flags = {
      '--host': '127.0.0.1',
      '--port': '0',
      '--data-dir': data ?? join(folder, 'data'),
      '--root-dir': root ?? downloads,
      '--allow-private': 'loopback',
      '--dht-bootstrap': '',
      '--log-level': 'info',
    }
    return [...nodeOptions, program, '--no-auth', ...Object.entries(flags).flat()]
  }
  return await startIn(temporaryFolder(), argsFor, graceMs)
}

/** Starts a bare node:http server that answers every request with `body`, or 304 to any If-None-Match. */
export async function startBareServer(body: Uint8Array): Promise<RunningServer> {
  return await startIn(temporaryFolder(), (folder) => {
    const file = join(folder, 'body')
    writeFileSync(file, body)
    return [join(import.meta.dirname, 'bare-server.ts'), file]
  })
}

async function startIn(
  folder: string,
  argsFor: (folder: string) => string[],
  graceMs?: number,
): Promise<RunningServer> {
  let address: string | undefined
  const server = new Program(process.execPath, argsFor(folder), {
    onLine: (line) => (address ??= addressIn(line)),
  })
  const stop = async (): Promise<void> => {
    await server.stop(graceMs)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    return {
      address: await server.until(startWithinMs, 'listens', () => address),
      pid: server.pid,
      tell: (line) => server.tell(line),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function addressIn(line: string): string | undefined {
  return line.startsWith('{') ? (JSON.parse(line) as { address?: string }).address : undefined
}

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'resttorrent-bench-'))
}
