/** The commands on torrents. */
import type { AddressPolicy } from '../../protocol/address-policy.ts'
import { changedFields } from '../../protocol/changed-fields.ts'
import type { CommandInput } from '../../protocol/commands.ts'
import { noCounters } from '../../protocol/counters.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import { rowOfRecord, type TorrentRecord } from '../../protocol/records.ts'
import { defaultTorrentOptions, skipsFiles, type TorrentOptions } from '../../protocol/torrent-options.ts'
import type { TorrentDetail, TorrentRow } from '../../protocol/torrent.ts'
import type { QuotaBook } from '../access/quota-book.ts'
import type { Board } from '../board/board.ts'
import type { SessionBoard } from '../board/session-board.ts'
import type { Log } from '../log.ts'
import { nextAddedAt } from '../records/added-at.ts'
import { configureTorrent } from '../supervisor/configure.ts'
import { decideStarted, removeTorrent } from '../supervisor/decide-torrent.ts'
import type { SessionRecords } from '../records/session-records.ts'
import { torrentNotFound } from '../records/torrent-not-found.ts'
import type { SessionSupervisor } from '../supervisor/session-supervisor.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import { freshnessOf } from './freshness.ts'
import { folderOf, placeOfNew } from './incomplete-place.ts'
import { placingTasks, type PlacingTasks } from './placing-tasks.ts'
import type { Caller, Handlers } from './reply.ts'
import { readSource, type Candidate } from './torrent-source.ts'

export interface TorrentHandlerOptions {
  readonly supervisor: Supervisor
  readonly board: Board
  readonly tasks: TaskPool
  readonly log: Log
  readonly rootDir: string
  readonly dataDir: string
  /** Where `url` may lead. */
  readonly fetchPolicy: AddressPolicy
  readonly quotas: QuotaBook
}

/** What an add needs of these, and how it is noted with what it writes. */
interface AddOptions extends Omit<TorrentHandlerOptions, 'tasks'> {
  readonly tasks: PlacingTasks
  readonly noteBeside?: Caller['noteBeside']
}

/** Where files lie, under which names, and what is there of them. */
export type KnownFiles = Pick<TorrentRecord, 'saveFolder' | 'savePath' | 'renamed' | 'resume'>

type TorrentHandlers = Pick<
  Handlers,
  'upload_torrent' | 'get_torrent' | 'update_torrent' | 'start_torrent' | 'stop_torrent' | 'delete_torrent'
>

/** The handlers of the commands on torrents. */
export function torrentHandlers(options: TorrentHandlerOptions): TorrentHandlers {
  const { supervisor, board, log } = options
  return {
    upload_torrent: async (input, { noteBeside }) => {
      const { root } = supervisor.session(input.session_id).records.session
      const expected = folderOf(options, root, input.save_path, 0)
      const tasks = input.file ? placingTasks(options.tasks, expected) : options.tasks
      const candidate = await readSource(input, tasks, options.fetchPolicy)
      return { value: await addTorrent(input, candidate, { ...options, tasks, noteBeside }) }
    },
    get_torrent: ({ session_id, info_hash }) => {
      const session = supervisor.session(session_id)
      const sessionBoard = boardOf(board, session_id)
      const row = sessionBoard.torrents.get(info_hash)
      const record = session.records.torrents.get(info_hash)
      if (row === undefined || record === undefined) throw torrentNotFound(info_hash)
      return { value: detailOf(row, record, session.records), freshness: freshnessOf(session, sessionBoard) }
    },
    update_torrent: async ({ session_id, info_hash, ...options }) => {
      const session = supervisor.session(session_id)
      const record = await configureTorrent(session, info_hash, options)
      boardOf(board, session_id).rename(record)
      const row = boardOf(board, session_id).torrents.get(info_hash) ?? rowOfRecord(record)
      return { value: detailOf(row, record, session.records) }
    },
    start_torrent: async ({ session_id, info_hash, forced }) => ({
      value: await decideStarted(supervisor.session(session_id), boardOf(board, session_id), info_hash, {
        started: true,
        forced,
        quarantine: undefined,
      }),
    }),
    stop_torrent: async ({ session_id, info_hash }) => ({
      value: await decideStarted(supervisor.session(session_id), boardOf(board, session_id), info_hash, {
        started: false,
      }),
    }),
    delete_torrent: async ({ session_id, info_hash, delete_data }) => {
      const session = supervisor.session(session_id)
      if (!(await removeTorrent(session, info_hash, delete_data))) throw torrentNotFound(info_hash)
      log.info({ session: session_id, info_hash, delete_data }, 'torrent removed')
      return { value: {} }
    },
  }
}

/**
 * Adds a torrent to its session, with what is `known` of its files already, and gives its row. Rejects as
 * `upload_torrent` does.
 */
export async function addTorrent(
  input: CommandInput<'upload_torrent'>,
  candidate: Candidate,
  options: AddOptions,
  known?: KnownFiles,
): Promise<TorrentRow> {
  const { supervisor, board, quotas, log } = options
  const session = supervisor.session(input.session_id)
  const memoryOnly = memoryOnlyOf(input, session)
  session.records.refuseDuplicate(candidate.infoHash)
  const bytes = input.storage_mode === 'memory' ? 0 : (candidate.facts?.totalSize ?? 0)
  const settle = quotas.forTorrent(session.records.session, candidate.infoHash, bytes)
  try {
    const { session: still, record } = await recordNew(input, memoryOnly, candidate, options, known)
    settle(true)
    const expected = boardOf(board, input.session_id).expect(record)
    still.torrents.apply(record)
    log.info({ session: still.id, info_hash: record.infoHash }, 'torrent added')
    return board.session(still.id)?.torrents.get(record.infoHash) ?? expected
  } catch (error) {
    settle(false)
    throw error
  }
}

function detailOf(row: TorrentRow, record: TorrentRecord, { counting }: SessionRecords): TorrentDetail {
  const { activeTimeMs, seedingTimeMs } = counting.read(record)
  const { facts, storageMode, memoryOnly, finishedPath, options } = record
  return {
    ...row,
    storage_mode: storageMode,
    memory_only: memoryOnly,
    finished_path: finishedPath ?? null,
    private: facts?.private ?? null,
    piece_length: facts?.pieceLength ?? null,
    num_pieces: facts?.pieceCount ?? null,
    active_time_ms: activeTimeMs,
    seeding_time_ms: seedingTimeMs,
    options,
  }
}

/** Finds the torrent's place, claims its files and records it. */
async function recordNew(
  input: CommandInput<'upload_torrent'>,
  memoryOnly: boolean,
  candidate: Candidate,
  near: AddOptions,
  known: KnownFiles | undefined,
): Promise<{ session: SessionSupervisor; record: TorrentRecord }> {
  const { supervisor } = near
  const place =
    known ??
    (await placeOfNew(near, supervisor.session(input.session_id).records.session, {
      infoHash: candidate.infoHash,
      path: input.save_path,
      neededBytes: neededBytesOf(input, candidate),
      storageMode: input.storage_mode,
      rawInfo: candidate.source.rawInfo,
    }))
  const session = supervisor.session(input.session_id) // it may have been deleted meanwhile
  const record = recordOf(input, candidate, { ...place, memoryOnly })
  const withdraw = await supervisor.files.admit(session.id, record)
  const beside = memoryOnly ? [] : (near.noteBeside?.({ info_hash: record.infoHash }) ?? [])
  await session.records.add(record, beside).catch((error: unknown) => {
    withdraw()
    throw error
  })
  return { session, record }
}

function memoryOnlyOf(input: CommandInput<'upload_torrent'>, session: SessionSupervisor): boolean {
  const ofSession = session.records.session.memoryOnly
  if (ofSession && input.memory_only === false) {
    throw new RestTorrentError(
      'session_is_memory_only',
      `session ${session.id} is memory only, a durable torrent cannot live in it`,
    )
  }
  return input.memory_only ?? ofSession
}

/** What is reserved at once; where files are skipped the worker looks whether the others fit. */
function neededBytesOf(input: CommandInput<'upload_torrent'>, { facts, options }: Candidate): number {
  const chosen = changedFields<TorrentOptions>(changedFields(defaultTorrentOptions, options), input)
  return input.storage_mode === 'allocate' && !skipsFiles(chosen) ? (facts?.totalSize ?? 0) : 0
}

function recordOf(
  input: CommandInput<'upload_torrent'>,
  { options, ...source }: Candidate,
  place: Pick<
    TorrentRecord,
    'saveFolder' | 'savePath' | 'mountPoint' | 'finishedPath' | 'memoryOnly' | 'renamed' | 'resume'
  >,
): TorrentRecord {
  return {
    ...source,
    ...place,
    storageMode: input.storage_mode,
    started: input.autostart,
    options: changedFields<TorrentOptions>(changedFields(defaultTorrentOptions, options), input),
    addedAt: nextAddedAt(),
    counters: noCounters,
    bits: undefined,
    quarantine: undefined,
  }
}

function boardOf(board: Board, sessionId: string): SessionBoard {
  const found = board.session(sessionId)
  if (found === undefined) throw new RestTorrentError('session_not_found', 'session not found')
  return found
}
