/** The server: wires its parts, starts them in order, and stops them in the reverse order. */
import { createAddressPolicy } from '../protocol/address-policy.ts'
import { AuditLog } from './access/audit-log.ts'
import { Authentication } from './access/authentication.ts'
import { KeyRing } from './access/key-ring.ts'
import { QuotaBook } from './access/quota-book.ts'
import { TransferBook } from './access/transfer-book.ts'
import { Overload } from './access/overload.ts'
import { ContentLinks } from './access/content-links.ts'
import { Tickets } from './access/tickets.ts'
import { Board } from './board/board.ts'
import { IpFilters } from './filters/ip-filters.ts'
import { commandHandlers } from './command-handlers.ts'
import { firstKeyText } from './first-key.ts'
import { IdempotentCalls } from './handlers/idempotent-calls.ts'
import { madeAnswers } from './handlers/made-answer.ts'
import { permittedHandlers } from './handlers/permitted-handlers.ts'
import { History } from './history/history.ts'
import { createApp } from './http/app.ts'
import { EventStreams } from './http/event-streams.ts'
import { createHttpServer } from './http/server.ts'
import { readTls, tlsFilesOf } from './http/tls.ts'
import { Jobs } from './jobs/jobs.ts'
import type { Log } from './log.ts'
import { Live } from './live/live.ts'
import { loadRecords } from './load-records.ts'
import { Metrics } from './metrics/metrics.ts'
import { LocalDiscovery } from './lsd/local-discovery.ts'
import { localSessions } from './lsd/local-session.ts'
import { openWebhooks } from './open-webhooks.ts'
import { apiPages } from './pages/api-page.ts'
import { attachRealtime } from './realtime/attach.ts'
import { prepareFolders } from './prepare-folders.ts'
import { serveContent } from './serve-content.ts'
import { peerRanges, type Settings } from './settings.ts'
import { tellFiltersOf } from './supervisor/configure.ts'
import { CallJournal } from './records/call-journal.ts'
import { HashDesk } from './supervisor/hash-desk.ts'
import { FinishedMoves } from './supervisor/finished-moves.ts'
import { sweepElsewhere } from './supervisor/sweep-elsewhere.ts'
import { Supervisor } from './supervisor/supervisor.ts'
import { declareMoves } from './supervisor/torrent-moves.ts'
import { startWatches } from './start-watches.ts'
import { sweepIpFilters } from './sweep-ip-filters.ts'
import { sweepExports } from './sweep-exports.ts'
import { StoreClient } from './threads/store-client.ts'
import { threadEntries, type ThreadEntries } from './threads/entries.ts'
import { TaskPool } from './threads/task-pool.ts'
import { SpareThread } from './threads/spare-thread.ts'

/** How often a session worker reports. */
const reportIntervalMs = 1000
/** How soon a torrent that a disk fault stopped is tried again. */
const healMs = 30_000
const closeDeadlineMs = 2000
const stopReason = 'the server is stopping'

export interface Program {
  /** Where the API is served, such as `http://127.0.0.1:3000`. */
  readonly address: string
  /** Tells the key that this start had to make, to be shown once; undefined where there was one. */
  readonly firstKey: string | undefined
  /** What reads files of the operator again, by what they are. Each rejects, and changes nothing, where its file does not fit. */
  readonly reloads: Readonly<Record<string, () => Promise<void>>>
  /** Stops everything in order, each part within a deadline. */
  stop(): Promise<void>
  /** Whether a thread is left that waits for a disk: then only a kill ends the process. */
  isHeld(): boolean
  /** Settles when something ended without which it cannot go on; also after `stop`. */
  readonly failed: Promise<Error>
}

/** Starts the server. Rejects when the API's port cannot be bound; then nothing is left running. */
export async function startProgram(
  settings: Settings,
  log: Log,
  entries: ThreadEntries = threadEntries,
): Promise<Program> {
  const stops: (() => Promise<void>)[] = []
  let stopping = false
  const stop = async (): Promise<void> => {
    stopping = true
    for (const step of stops.splice(0).reverse()) await step()
  }
  try {
    const { dataDir, rootDir } = prepareFolders(settings)
    const board = new Board()
    const store = await StoreClient.open(entries.store, { dataDir }, (line) =>
      log.warn({ thread: 'store' }, line),
    )
    stops.push(() => store.close())
    sweepExports(dataDir) // now that the data directory is ours alone
    const tasks = new TaskPool(entries.tasks)
    stops.push(() => tasks.close())
    const [metrics, overload] = [new Metrics(), new Overload()]
    const measured = metrics.measured(store)
    const journal = new CallJournal(measured)
    const history = new History({ board, journal, load: (query) => store.loadHistory(query), log })
    stops.push(() => history.stop())
    const hashDesk = new HashDesk(tasks)
    const filters = new IpFilters({
      tasks,
      rootDir,
      dataDir,
      fetchRanges: settings.RESTTORRENT_ALLOW_PRIVATE,
      hostFile: settings.RESTTORRENT_IP_FILTER,
      onChange: (sessionId) => tellFiltersOf(supervisor.sessions(), filters, sessionId),
      log,
    })
    stops.push(() => Promise.resolve(filters.stop()))
    board.watch({ closed: (sessionId) => filters.forget(sessionId) })
    const quotasOfKey = (prefix: string) => keys.quotasOf(prefix)
    const stored = await store.loadTransfers()
    const transfers = new TransferBook({ quotasOfKey, stored, journal: measured, log })
    stops.push(() => transfers.stop())
    const quotas = new QuotaBook({ sessions: () => supervisor.sessions(), quotasOfKey, transfers })
    const spare = new SpareThread(entries.session)
    stops.push(() => spare.close())
    const supervisor: Supervisor = new Supervisor({
      quotas,
      transfers,
      filters,
      start: (options) => spare.start(options),
      boot: {
        listenHost: settings.RESTTORRENT_LISTEN_HOST,
        allowedPeerRanges: peerRanges(settings),
        allowedFetchRanges: settings.RESTTORRENT_ALLOW_PRIVATE,
        dhtBootstrap: settings.RESTTORRENT_DHT_BOOTSTRAP,
        reportIntervalMs,
        healMs,
      },
      board,
      hashDesk,
      tasks,
      journal,
      log,
    })
    stops.push(() => supervisor.stop())
    const watches = await startWatches({ supervisor, board, hashDesk, store, journal, log })
    stops.push(() => watches.stop())
    const jobs = new Jobs(journal, log)
    stops.push(() => jobs.stop())
    board.watch({ closed: (id) => jobs.cancelOf(id) })
    await filters.loadHost()
    const live = new Live(board, (follows) => supervisor.follow(follows))
    const { restored, removed } = await loadRecords(store, supervisor, tasks, log)
    sweepIpFilters(dataDir, restored)
    const discovery = new LocalDiscovery({
      sessions: () => localSessions(supervisor, board),
      listenHost: settings.RESTTORRENT_LISTEN_HOST,
      policy: createAddressPolicy(peerRanges(settings)),
      log,
    })
    stops.push(() => discovery.stop())
    const keys = new KeyRing({
      journal,
      ownerOf: (id) => board.sessions.get(id)?.owner,
      stored: await store.loadKeys(),
      adminKey: settings.RESTTORRENT_ADMIN_KEY,
    })
    const authentication = new Authentication({
      keys,
      isOpen: settings.RESTTORRENT_NO_AUTH,
      trustedProxies: settings.RESTTORRENT_TRUSTED_PROXIES,
      log,
    })
    const [tickets, links] = [new Tickets(keys), new ContentLinks(store.opening.linkSecret, authentication)]
    const fetchPolicy = createAddressPolicy(settings.RESTTORRENT_ALLOW_PRIVATE)
    const webhooks = await openWebhooks({ store, journal, keys, board, live, fetchPolicy, log })
    stops.push(() => webhooks.stop())
    const audit = new AuditLog({ journal: store, load: (query) => store.loadAudit(query), log })
    stops.push(() => audit.flush())
    stops.push(async () => Promise.resolve(overload.stop()))
    const idempotent = new IdempotentCalls({
      journal: measured,
      calls: journal,
      load: (query) => store.loadAnswer(query),
      madeAnswer: madeAnswers(board, jobs),
      log,
    })
    const { relocation } = supervisor
    const moveTorrent = declareMoves({ supervisor, relocation, tasks, jobs, rootDir, dataDir })
    const plain = commandHandlers({
      supervisor,
      relocation,
      moveTorrent,
      hashDesk,
      board,
      tasks,
      filters,
      quotas,
      keys,
      audit,
      tickets,
      links,
      jobs,
      live,
      rootDir,
      dataDir,
      fetchPolicy,
      webhooks,
      watches,
      history,
      memoryOnlyDefault: settings.RESTTORRENT_MEMORY_ONLY,
      backup: () => store.backup(),
      log,
    })
    const handlers = permittedHandlers(plain, { overload, audit, idempotent })
    const gate = { authentication, allowedHosts: settings.RESTTORRENT_ALLOWED_HOSTS, log }
    const app = createApp({ handlers, ...gate, ready: () => !stopping, pages: [metrics.page(), ...apiPages] })
    const tlsFiles = tlsFilesOf(settings.RESTTORRENT_TLS_CERT, settings.RESTTORRENT_TLS_KEY)
    const streamsPerKey = settings.RESTTORRENT_SOCKETS_PER_KEY
    const streams = new EventStreams({ live, tickets, ...gate, streamsPerKey })
    const content = serveContent(entries.tasks, { supervisor, board, tasks, links, ...gate })
    const http = createHttpServer(app, log, {}, tlsFiles && (await readTls(tlsFiles)), streams, content.route)
    const realtime = attachRealtime(http.server, {
      handlers,
      ...gate,
      live,
      socketsPerKey: settings.RESTTORRENT_SOCKETS_PER_KEY,
      commandsPerKey: settings.RESTTORRENT_COMMANDS_PER_KEY,
    })
    metrics.measure(board, { hashDesk, http, realtime }, http.server)
    stops.push(async () => {
      metrics.close()
      streams.close(stopReason)
      await Promise.all([realtime.close(stopReason), http.close(closeDeadlineMs), content.close()])
    })
    quotas.restore(restored)
    void supervisor.restore(restored, removed)
    jobs.restore(await store.loadJobs())
    void sweepElsewhere(supervisor.sessions(), relocation, tasks, jobs, log)
    const finished = new FinishedMoves({ supervisor, board, jobs, move: moveTorrent, log })
    stops.push(() => finished.stop())
    live.noteEvents(keys, jobs)
    const { address: host, port } = await http.listen(settings.RESTTORRENT_HOST, settings.RESTTORRENT_PORT)
    const address = `${tlsFiles ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
    log.info({ address, root_dir: rootDir, data_dir: dataDir }, `RestTorrent listens on ${address}`)
    const firstKey = authentication.isOpen ? undefined : await firstKeyText(keys, address)
    const failed = store.ended.then(() => new Error('the store worker ended'))
    const reloads = {
      ...(tlsFiles && { certificate: async () => http.certify(await readTls(tlsFiles)) }),
      ...(settings.RESTTORRENT_IP_FILTER !== '' && { 'ip filter': async () => await filters.loadHost() }),
    }
    return { address, firstKey, reloads, stop, isHeld: () => supervisor.isHeld || content.isHeld, failed }
  } catch (error) {
    await stop()
    throw error
  }
}
