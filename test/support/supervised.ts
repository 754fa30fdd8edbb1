/** The program without its HTTP side: real supervisor, real threads, real task pool, called by command. */
import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { QuotaBook } from '../../src/main/access/quota-book.ts'
import { openAccess } from '../../src/main/access/access.ts'
import { commandHandlers } from '../../src/main/command-handlers.ts'
import { Webhooks } from '../../src/main/webhooks/webhooks.ts'
import { IpFilters } from '../../src/main/filters/ip-filters.ts'
import { ContentLinks } from '../../src/main/access/content-links.ts'
import { Tickets } from '../../src/main/access/tickets.ts'
import { Board } from '../../src/main/board/board.ts'
import { dispatch } from '../../src/main/handlers/dispatch.ts'
import { Jobs } from '../../src/main/jobs/jobs.ts'
import { Live } from '../../src/main/live/live.ts'
import { HostRecord } from '../../src/main/records/host-record.ts'
import { HashDesk } from '../../src/main/supervisor/hash-desk.ts'
import { Supervisor } from '../../src/main/supervisor/supervisor.ts'
import { declareMoves } from '../../src/main/supervisor/torrent-moves.ts'
import { threadEntries } from '../../src/main/threads/entries.ts'
import type { HostOptions, StartHost } from '../../src/main/threads/session-host.ts'
import { TaskPool } from '../../src/main/threads/task-pool.ts'
import { startThreadHost } from '../../src/main/threads/thread-host.ts'
import { noHostLimits } from '../../src/protocol/host.ts'
import { createAddressPolicy } from '../../src/protocol/address-policy.ts'
import type { CommandName, CommandOutput } from '../../src/protocol/commands.ts'
import type { SessionView } from '../../src/protocol/session.ts'
import type { TorrentRow } from '../../src/protocol/torrent.ts'
import { freePort } from './ports.ts'
import { eventually, temporaryFolder } from './suite.ts'
import { anybody, authentication, keyRing } from './access.ts'

export interface SupervisedOptions {
  /** How a session's worker is started; in a thread from `entry` without it. */
  readonly start?: StartHost
  /** The real session worker without it. */
  readonly entry?: URL
  readonly pollMs?: number
  /** What hands the sessions' work on disks to the pool. */
  readonly hashDesk?: (tasks: TaskPool) => HashDesk
  /** How soon a torrent in error is tried again; 30 s without it. */
  readonly healMs?: number
  /** How soon a session that failed is tried again; 5 minutes without it. */
  readonly failedRetryMs?: number
}

/** Supervised sessions and the commands on them; disposed of, nothing of them is left. */
export interface Supervised extends AsyncDisposable {
  readonly supervisor: Supervisor
  readonly board: Board
  /** Folder that save paths are resolved under. */
  readonly rootDir: string
  /** Runs a public command as a transport does. */
  command<N extends CommandName>(name: N, parameters: object): Promise<CommandOutput<N>>
  /** Creates a session without DHT on a free port. */
  create(parameters?: object): Promise<SessionView>
  /** The session when it is as `probe` wants it, within the deadline. */
  whenSession(id: string, what: string, probe: (view: SessionView) => boolean): Promise<SessionView>
  /** The torrent's row when it is as `probe` wants it, within the deadline. */
  whenTorrent(
    id: string,
    infoHash: string,
    what: string,
    probe: (row: TorrentRow) => boolean,
  ): Promise<TorrentRow>
}

const deadlineMs = 15_000

export function supervise(options: SupervisedOptions = {}): Supervised {
  const dataDir = realpathSync(temporaryFolder())
  const rootDir = join(dataDir, 'downloads')
  mkdirSync(rootDir)
  const board = new Board()
  const tasks = new TaskPool(threadEntries.tasks)
  const { entry = threadEntries.session, start = (host: HostOptions) => startThreadHost(entry, host) } =
    options
  const log = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' })
  const filters = new IpFilters({
    tasks,
    rootDir,
    dataDir,
    fetchRanges: [],
    hostFile: '',
    onChange: () => undefined,
    log,
  })
  const hashDesk = options.hashDesk?.(tasks) ?? new HashDesk(tasks)
  const supervisor = new Supervisor({
    start,
    boot: {
      listenHost: '127.0.0.1',
      allowedPeerRanges: ['127.0.0.0/8'],
      allowedFetchRanges: [],
      dhtBootstrap: [],
      reportIntervalMs: 100,
      healMs: options.healMs ?? 30_000,
    },
    board,
    hashDesk,
    tasks,
    log,
    measureMs: 200,
    failedRetryMs: options.failedRetryMs,
    ...(options.pollMs === undefined ? {} : { pollMs: options.pollMs }),
  })
  const fetchPolicy = createAddressPolicy([])
  const quotas = new QuotaBook({
    sessions: () => supervisor.sessions(),
    quotasOfKey: () => undefined,
    transfers: { used: () => 0 },
  })
  const journal = { write: () => Promise.resolve() }
  const { ring: keys } = keyRing()
  const webhooks = new Webhooks({
    journal,
    stored: { webhooks: [], deliveries: [] },
    policy: fetchPolicy,
    accessOf: () => openAccess,
    hasSession: (id) => board.sessions.has(id),
    log,
  })
  const { relocation } = supervisor
  const jobs = new Jobs(journal, log)
  const handlers = commandHandlers({
    relocation,
    moveTorrent: declareMoves({ supervisor, relocation, tasks, jobs, rootDir, dataDir }),
    hashDesk,
    supervisor,
    board,
    tasks,
    filters,
    quotas,
    jobs,
    live: new Live(board, () => undefined),
    keys,
    tickets: new Tickets(keys),
    links: new ContentLinks('secret', authentication()),
    audit: { read: () => Promise.resolve([]) },
    webhooks,
    watches: { host: new HostRecord(noHostLimits, journal), onHost: () => undefined },
    history: { find: () => Promise.resolve({ buckets: [], measured: [] }) },
    rootDir,
    dataDir,
    fetchPolicy,
    memoryOnlyDefault: true,
    backup: () => Promise.reject(new Error('there is no store')),
    log,
  })
  const command: Supervised['command'] = async (name, parameters) => {
    const reply = await dispatch(handlers, name, parameters, anybody)
    return 'value' in reply ? reply.value : reply.ready.value()
  }
  return {
    supervisor,
    board,
    rootDir,
    command,
    create: async (parameters = {}) => {
      const ports = [await freePort()]
      return (await command('create_session', { ports, dht: 0, ...parameters })).session
    },
    whenSession: (id, what, probe) =>
      eventually(deadlineMs, what, () => {
        const view = board.sessions.get(id)
        return view && probe(view) ? view : undefined
      }),
    whenTorrent: (id, infoHash, what, probe) =>
      eventually(deadlineMs, what, () => {
        const row = board.session(id)?.torrents.get(infoHash)
        return row && probe(row) ? row : undefined
      }),
    [Symbol.asyncDispose]: async () => {
      filters.stop()
      await supervisor.stop()
      await tasks.close()
    },
  }
}
