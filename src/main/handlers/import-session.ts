/** Makes a session again from the file that another host, or this one, exported. */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { SessionRecord, TorrentRecord } from '../../protocol/records.ts'
import {
  importStart,
  type ImportPart,
  type ImportPlace,
  type TransferredTorrent,
} from '../../protocol/session-export.ts'
import type { FolderAnswer } from '../../protocol/tasks.ts'
import type { Board } from '../board/board.ts'
import type { IpFilters } from '../filters/ip-filters.ts'
import type { SessionSupervisor } from '../supervisor/session-supervisor.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import { defaultPortRange, portsOfRange } from './default-ports.ts'

export interface ImportSurroundings {
  readonly supervisor: Supervisor
  readonly board: Board
  readonly tasks: TaskPool
  readonly filters: Pick<IpFilters, 'restore'>
  readonly rootDir: string
  readonly dataDir: string
}

/** Records that are written together: they share a commit. */
const addedAtOnce = 500

/**
 * Reads all of the file before it makes anything. Rejects with `not_found`, `invalid_import`, a code of the
 * path rule, `session_exists`, `bind_failed` or a disk code; then nothing is left of it.
 */
export async function importSession(
  name: string,
  holder: Pick<SessionRecord, 'owner' | 'root'>,
  near: ImportSurroundings,
): Promise<SessionSupervisor> {
  const { supervisor } = near
  const { session, torrents } = await readAll(name, near)
  const records = await placed(torrents, holder.root, near)
  const taken = supervisor.portsInUse()
  const ports = [...new Set([...session.ports, ...portsOfRange(defaultPortRange)])].filter(
    (port) => !taken.has(port),
  )
  const made = await supervisor.create({ ...session, ...holder, started: true, quotas: {}, ports })
  try {
    await near.filters.restore(made.records.session)
    for (let at = 0; at < records.length; at += addedAtOnce)
      await Promise.all(records.slice(at, at + addedAtOnce).map((record) => add(made, record, near)))
    made.records.statistics.begin()
    return made
  } catch (error) {
    await supervisor.delete(made.id)
    throw error
  }
}

async function readAll(name: string, { tasks, dataDir }: ImportSurroundings) {
  const torrents = new Map<string, TransferredTorrent>()
  let head: ImportPart['head']
  let place: ImportPlace | undefined = importStart
  while (place !== undefined) {
    const part: ImportPart = await tasks.readImport({ dataDir, name, place })
    head ??= part.head
    for (const torrent of part.torrents) torrents.set(torrent.infoHash, torrent)
    place = part.next
  }
  if (head === undefined || torrents.size !== head.torrentCount) {
    throw new RestTorrentError('invalid_import', 'it does not hold the torrents that its first line promises')
  }
  return { session: head.session, torrents: [...torrents.values()] }
}

/** The torrents below this host's root; each path is resolved once. */
async function placed(
  torrents: readonly TransferredTorrent[],
  root: string,
  { tasks, rootDir, dataDir }: ImportSurroundings,
): Promise<TorrentRecord[]> {
  const places = new Map<string, FolderAnswer>()
  const paths = torrents.flatMap(({ savePath, finishedPath = savePath }) => [savePath, finishedPath])
  for (const path of new Set(paths)) {
    places.set(path, await tasks.resolveFolder({ rootDir, root, reservedDir: dataDir, path, neededBytes: 0 }))
  }
  return torrents.map((torrent) => {
    const { folder, relative, mountPoint } = places.get(torrent.savePath) ?? { folder: '', relative: '' }
    return { ...torrent, saveFolder: folder, savePath: relative, mountPoint, bits: undefined }
  })
}

/** Files that another torrent has are not refused here: it may not write them, and says so. */
async function add(
  session: SessionSupervisor,
  record: TorrentRecord,
  { supervisor, board }: ImportSurroundings,
): Promise<void> {
  await session.records.add(record)
  supervisor.files.hold(session.id, record)
  board.session(session.id)?.expect(record)
  session.torrents.apply(record)
}
