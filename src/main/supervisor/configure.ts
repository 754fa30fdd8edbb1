/** Changes what a session and its torrents obey: in the records first, and then in the worker. */
import { changedFields, type FieldsOf } from '../../protocol/changed-fields.ts'
import { changesGoal } from '../../protocol/goals.ts'
import { needsRestart, type SessionSettings, type SessionState } from '../../protocol/session.ts'
import type { TorrentOptions } from '../../protocol/torrent-options.ts'
import type { TorrentRecord, TorrentSource } from '../../protocol/records.ts'
import type { SessionApi } from '../../protocol/session-rpc.ts'
import { settingsInForce } from './schedule/limits-in-force.ts'
import type { SessionTorrents } from './session-torrents.ts'
import type { SessionSurroundings } from './session-surroundings.ts'
import type { SessionRecords } from '../records/session-records.ts'

/** A session as far as its settings go. */
export interface Configured {
  readonly records: SessionRecords
  readonly state: SessionState
  readonly torrents: { readonly queue: Pick<SessionTorrents['queue'], 'look'> }
  restart(): Promise<void>
  send(what: string, run: (api: SessionApi) => Promise<void>): void
}

/** Changes name, labels and settings; those that need a new worker restart it in order. Rejects with a disk code. */
export async function configureSession(
  session: Configured,
  called: Parameters<SessionRecords['configure']>[0],
  settings: FieldsOf<SessionSettings>,
): Promise<void> {
  const { records, state } = session
  const before = records.session.settings
  await records.configure(called, settings)
  const isUp = state === 'running' || state === 'starting'
  if (isUp && needsRestart(before, records.session.settings)) void session.restart()
  else configureWorker(session)
  session.torrents.queue.look()
}

/** Has the worker obey the settings as they are recorded, with the limits that hold now. */
export function configureWorker(session: Configured, now = Date.now()): void {
  const settings = settingsInForce(session.records.session.settings, now)
  session.send('configure session', async (api) => await api.configure(settings))
}

/** Tells a worker that was just started whom the session has nothing to do with. */
export function tellBans(session: Configured): void {
  const added = session.records.bans.list()
  if (added.length > 0) session.send('bans', async (api) => await api.changeBans({ added, removed: [] }))
}

/** Has the worker meet nobody whom the session's filters hold. */
export function tellFilters(session: Configured, filters: SessionSurroundings['filters']): void {
  const packed = filters?.of(session.records.session.id) ?? []
  session.send('ip filters', async (api) => await api.filterAddresses(packed))
}

/** The same for one of several sessions, by its id, or for all. */
export function tellFiltersOf(
  sessions: Iterable<Configured>,
  filters: SessionSurroundings['filters'],
  sessionId: string | undefined,
): void {
  for (const session of sessions)
    if (sessionId === undefined || session.records.session.id === sessionId) tellFilters(session, filters)
}

/** Changes options of a torrent; gives its record. Rejects with `torrent_not_found` or a disk code. */
export async function configureTorrent(
  session: Configured,
  infoHash: string,
  fields: FieldsOf<TorrentOptions>,
): Promise<TorrentRecord> {
  const record = await session.records.decide(infoHash, ({ options }) => ({
    options: changedFields(options, fields),
    ...(changesGoal(fields) ? { goalMet: false } : {}),
  }))
  const { labels: _labels, metadata: _metadata, ...obeyed } = fields // which main alone shows
  if (Object.values(obeyed).some((value) => value !== undefined))
    session.send('configure torrent', async (api) => await api.configureTorrent(infoHash, record.options))
  if (fields.forced !== undefined) session.torrents.queue.look()
  return record
}

/** Changes the priority of some files of a torrent; gives its record. Rejects as `configureTorrent` does. */
export async function prioritizeFiles(
  session: Configured,
  infoHash: string,
  indexes: readonly number[],
  priority: number,
): Promise<TorrentRecord> {
  const record = await session.records.decide(infoHash, ({ options }) => ({
    options: { ...options, file_priorities: withPriority(options, indexes, priority) },
  }))
  session.send('configure torrent', async (api) => await api.configureTorrent(infoHash, record.options))
  return record
}

function withPriority(before: TorrentOptions, indexes: readonly number[], priority: number): number[] {
  const priorities = [...before.file_priorities]
  while (priorities.length <= Math.max(...indexes)) priorities.push(before.default_priority)
  for (const index of indexes) priorities[index] = priority
  return priorities
}

/** Changes the trackers or web seeds of a torrent; gives its record. Rejects with `torrent_not_found`, with what `change` throws, or a disk code. */
export async function changeSources(
  session: Configured,
  infoHash: string,
  change: (before: TorrentSource) => Partial<Pick<TorrentSource, 'trackers' | 'webSeeds'>>,
): Promise<TorrentRecord> {
  const record = await session.records.decide(infoHash, ({ source }) => ({
    source: { ...source, ...change(source) },
  }))
  const { trackers, webSeeds } = record.source
  session.send('change sources', async (api) => await api.changeSources(infoHash, { trackers, webSeeds }))
  return record
}
