/** The commands on sessions. */
import { randomBytes } from 'node:crypto'
import type { AddressPolicy } from '../../protocol/address-policy.ts'
import type { CommandInput } from '../../protocol/commands.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import { shareInput } from '../../protocol/host.ts'
import type { SessionRecord } from '../../protocol/records.ts'
import { quotasOf, type Quotas } from '../../protocol/quotas.ts'
import { sessionSettings } from '../../protocol/session.ts'
import type { QuotaBook } from '../access/quota-book.ts'
import type { Access } from '../access/access.ts'
import type { Board } from '../board/board.ts'
import type { IpFilters } from '../filters/ip-filters.ts'
import { configureSession } from '../supervisor/configure.ts'
import { bindFailed, movePort } from '../supervisor/move-port.ts'
import type { SessionSupervisor } from '../supervisor/session-supervisor.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { defaultPortRange, portsOfRange } from './default-ports.ts'
import { freshnessOf, freshnessOfAll } from './freshness.ts'
import { incompletePath, type PathSurroundings } from './incomplete-place.ts'
import { judgeProxy } from './judge-proxy.ts'
import type { Handlers } from './reply.ts'

/** Azureus-style client code and version (BEP 20). */
const peerIdPrefix = '-RT0100-'

export interface SessionHandlerOptions extends PathSurroundings {
  readonly supervisor: Supervisor
  readonly board: Board
  readonly memoryOnlyDefault: boolean
  readonly quotas: QuotaBook
  readonly filters: Pick<IpFilters, 'read' | 'set' | 'forget'>
  readonly fetchPolicy: AddressPolicy
}

type SessionHandlers = Pick<
  Handlers,
  | 'get_session_list'
  | 'create_session'
  | 'get_session'
  | 'update_session'
  | 'delete_session'
  | 'restart_session'
  | 'stop_session'
  | 'start_session'
>

/** The handlers of the commands on sessions. */
export function sessionHandlers(near: SessionHandlerOptions): SessionHandlers {
  const { supervisor, board, memoryOnlyDefault, quotas, filters, fetchPolicy } = near
  const view = (id: string) => {
    const found = board.sessions.get(id)
    if (found === undefined) throw new RestTorrentError('session_not_found', 'session not found')
    return found
  }
  const freePorts = (input: CommandInput<'create_session'>) => {
    const taken = supervisor.portsInUse()
    const ports = portsOf(input).filter((port) => !taken.has(port))
    if (ports.length === 0) throw new RestTorrentError('bind_failed', bindFailed)
    return ports
  }
  return {
    get_session_list: (_, { access }) => {
      const sessions = access.seesAll ? board.sessions : board.sessions.part((id) => access.sees(id))
      const ready = {
        etag: sessions.etag,
        parts: () => sessions.parts(),
        value: () => ({ sessions: sessions.rows() }),
      }
      const seen = [...supervisor.sessions()].filter(({ id }) => access.sees(id))
      return { ready, freshness: freshnessOfAll(seen, board) }
    },
    create_session: async (input, { access }) => {
      requireAdminFor(input, access)
      judgeProxy(input.tracker_proxy, fetchPolicy)
      const root = rootOf(input, access)
      const incomplete_path = await incompletePath(near, { root }, input.incomplete_path)
      const wish = {
        ...recordOf({ ...input, incomplete_path }, memoryOnlyDefault),
        owner: access.key,
        root,
        quotas: sessionQuotasOf(input, access),
      }
      filters.set(wish, await filters.read(wish, input.ip_filter))
      try {
        // judged and begun in one go; what is begun is counted, and nobody waits for its port
        const { begun } = await quotas.inTurn(wish, () => {
          const settings = quotas.forSession(wish, wish.settings)
          return Promise.resolve({ begun: supervisor.create({ ...wish, ports: freePorts(input), settings }) })
        })
        const session = await begun
        return { value: { session: view(session.id) } }
      } catch (error) {
        filters.forget(wish.id)
        throw error
      }
    },
    get_session: ({ session_id }) => {
      const shown = board.session(session_id)
      const value = view(session_id)
      const session = supervisor.session(session_id)
      return shown === undefined ? { value } : { value, freshness: freshnessOf(session, shown) }
    },
    update_session: async ({ session_id, name, labels, port, ...given }, { access }) => {
      requireAdminFor(given, access)
      judgeProxy(given.tracker_proxy, fetchPolicy)
      const { session } = supervisor.session(session_id).records
      const { incomplete_path: path } = given
      const incomplete_path = path === undefined ? path : await incompletePath(near, session, path)
      const settings = { ...given, incomplete_path }
      const { ip_filter } = settings
      const filter = ip_filter === undefined ? undefined : await filters.read(session, ip_filter)
      if (port !== undefined && port !== session.ports[0]) {
        quotas.forSettings(session, settings)
        if (supervisor.portsInUse().has(port)) throw new RestTorrentError('bind_failed', bindFailed)
        await movePort(supervisor.session(session_id), port)
      }
      await quotas.inTurn(session, async () => {
        quotas.forSettings(supervisor.session(session_id).records.session, settings)
        await configureSession(supervisor.session(session_id), { name, labels }, settings)
        if (filter) filters.set(session, filter)
      })
      return { value: view(session_id) }
    },
    delete_session: async ({ session_id }) => {
      await supervisor.delete(session_id)
      return { value: {} }
    },
    restart_session: ({ session_id }) => {
      const session = supervisor.session(session_id)
      if (!session.records.session.started)
        throw new RestTorrentError('session_stopped', `session ${session_id} was stopped: start it`)
      void session.restart()
      return { value: view(session_id) }
    },
    stop_session: async ({ session_id }) => {
      await startOrStop(supervisor.session(session_id), false)
      return { value: view(session_id) }
    },
    start_session: async ({ session_id }) => {
      await startOrStop(supervisor.session(session_id), true)
      const shown = view(session_id)
      return { value: shown.state === 'stopped' ? { ...shown, state: 'starting' } : shown }
    },
  }
}

/** Settles when the wish is recorded; the worker follows. */
async function startOrStop(session: SessionSupervisor, started: boolean): Promise<void> {
  await session.records.changeSession((before) => ({ ...before, started }))
  void session.wish.obey()
}

/** A session is confined as its maker is; only who administers the server says otherwise. */
function rootOf({ root }: CommandInput<'create_session'>, access: Access): string {
  if (root === undefined || root === access.root) return access.root
  if (access.scope === 'admin' && access.seesAll) return root
  throw new RestTorrentError('forbidden', 'parameter root: needs a key of scope admin for all sessions')
}

function sessionQuotasOf(input: CommandInput<'create_session'>, access: Access): Quotas {
  const quotas = quotasOf(input)
  if (Object.keys(quotas).length === 0 || (access.scope === 'admin' && access.seesAll)) return quotas
  throw new RestTorrentError('forbidden', 'quotas: need a key of scope admin for all sessions')
}

/** What a session has of the host beside others is for who administers it to say. */
function requireAdminFor(given: object, access: Access): void {
  const names = Object.keys(shareInput).filter((name) => Object.hasOwn(given, name))
  if (names.length === 0 || (access.scope === 'admin' && access.seesAll)) return
  const list = names.join(', ')
  throw new RestTorrentError('forbidden', `parameter ${list}: needs a key of scope admin for all sessions`)
}

function portsOf(input: CommandInput<'create_session'>): number[] {
  if (input.ports !== undefined && input.port_range !== undefined) {
    throw new RestTorrentError('invalid_parameter', 'parameter ports: give either ports or port_range')
  }
  if (input.ports !== undefined) return [...new Set(input.ports)]
  return portsOfRange(input.port_range ?? defaultPortRange)
}

function recordOf(
  input: CommandInput<'create_session'>,
  memoryOnlyDefault: boolean,
): Omit<SessionRecord, 'owner' | 'root' | 'quotas' | 'ports'> {
  return {
    id: Buffer.concat([Buffer.from(peerIdPrefix), randomPeerIdTail()]).toString('hex'),
    name: input.name,
    labels: input.labels,
    memoryOnly: input.memory_only ?? memoryOnlyDefault,
    started: true,
    createdAt: Date.now(),
    announceSecret: randomBytes(16).toString('hex'),
    settings: sessionSettings.parse(input),
  }
}

/** Twelve random letters and digits, as peers and trackers are used to. */
function randomPeerIdTail(): Buffer {
  return Buffer.from(randomBytes(9).toString('base64url').replaceAll('-', 'x').replaceAll('_', 'y'))
}
