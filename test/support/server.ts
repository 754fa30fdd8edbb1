/**
 * The whole server in this process: its program, its built threads, real ports on 127.0.0.1 and a data
 * directory of its own. `await using` stops it whatever the test does.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import type { Test } from 'uvu'
import { parseSettings } from '../../src/main/parse-settings.ts'
import { startProgram } from '../../src/main/program.ts'
import { threadEntries } from '../../src/main/threads/entries.ts'
import { restFace, socketFace, type Face } from './faces.ts'
import { temporaryFolder } from './suite.ts'

/** Settings by the end of their variable's name, such as `ALLOW_PRIVATE`. */
export type Overrides = Readonly<Record<string, string>>

export type LogLine = Readonly<Record<string, unknown>>

export interface TestServer extends AsyncDisposable {
  readonly address: string
  readonly dataDir: string
  /** The folder that save paths are confined to. */
  readonly rootDir: string
  /** What was logged so far. */
  readonly lines: readonly LogLine[]
  /** With the ADMIN_KEY where one is given. */
  readonly rest: Face
  /** A new connection over Socket.IO, which ends with the server; with the ADMIN_KEY unless another is given. */
  readonly socket: (key?: string) => Promise<Face>
  readonly stop: () => Promise<void>
}

/**
 * Starts a server; settings that are not given are the defaults, but for the port, the folders, and that no
 * key is required unless an ADMIN_KEY is given.
 */
export async function startTestServer(
  overrides: Overrides = {},
  sessionEntry = threadEntries.session,
): Promise<TestServer> {
  const dataDir = overrides['DATA_DIR'] ?? temporaryFolder()
  const auth = overrides['ADMIN_KEY'] === undefined ? { NO_AUTH: '1' } : {}
  const given = {
    ...auth,
    PORT: '0',
    DATA_DIR: dataDir,
    LISTEN_HOST: '127.0.0.1',
    LOG_LEVEL: 'debug',
    ...overrides,
  }
  const named = Object.entries(given).map(([name, value]) => [`RESTTORRENT_${name}`, value])
  const parsed = parseSettings([], Object.fromEntries(named) as NodeJS.ProcessEnv)
  if (parsed.kind !== 'settings') throw new Error(parsed.text)
  const lines: LogLine[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) }
  const log = pino({ level: parsed.settings.RESTTORRENT_LOG_LEVEL, base: null }, destination)
  const program = await startProgram(parsed.settings, log, { ...threadEntries, session: sessionEntry })
  const sockets: Face[] = []
  const stopAll = async (): Promise<void> => {
    for (const socket of sockets.splice(0)) socket.close()
    await program.stop()
  }
  return {
    address: program.address,
    dataDir,
    rootDir: parsed.settings.RESTTORRENT_ROOT_DIR || join(dataDir, 'downloads'),
    lines,
    rest: restFace(program.address, overrides['ADMIN_KEY']),
    socket: async (key = overrides['ADMIN_KEY']) => {
      const socket = await socketFace(program.address, key)
      sockets.push(socket)
      return socket
    },
    stop: stopAll,
    [Symbol.asyncDispose]: stopAll,
  }
}

/**
 * One server for all tests of a suite, given while they run: a server of its own costs a test as much as what most
 * of them do with it. Each finds no session and an empty root; keys and what was logged stay.
 */
export function shareServer(test: Test, overrides: Overrides = {}): () => TestServer {
  let shared: TestServer | undefined
  const server = (): TestServer => {
    if (!shared) throw new Error('the server is there while tests run')
    return shared
  }
  test.before(async () => {
    shared = await startTestServer(overrides)
  })
  test.after.each(async () => {
    const { rest, rootDir } = server()
    const { sessions } = await rest.call('get_session_list')
    await Promise.all(sessions.map(({ id }) => rest.call('delete_session', { session_id: id })))
    for (const name of readdirSync(rootDir)) rmSync(join(rootDir, name), { recursive: true, force: true })
  })
  test.after(async () => await shared?.stop())
  return server
}
