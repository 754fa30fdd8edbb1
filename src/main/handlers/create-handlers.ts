/** The command that makes a torrent of files that are there, and seeds it where that is wished. */
import * as z from 'zod'
import { noCounters } from '../../protocol/counters.ts'
import { creationWish } from '../../protocol/create-command.ts'
import type { CreationSource } from '../../protocol/creation-tasks.ts'
import { fullBits } from '../../protocol/progress.ts'
import { uploadTorrent } from '../../protocol/torrent-input.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { HashDesk } from '../supervisor/hash-desk.ts'
import { makeTorrent, type MadeTorrent } from '../supervisor/torrent-making.ts'
import type { Handlers } from './reply.ts'
import { addTorrent, type TorrentHandlerOptions } from './torrent-handlers.ts'
import { fromDigest } from './torrent-source.ts'

export interface CreateHandlerOptions extends TorrentHandlerOptions {
  readonly jobs: Jobs
  readonly hashDesk: HashDesk
}

/** Metainfo up to so many bytes is a part of the result. */
const largestShown = 1024 * 1024

const source = z.object({ folder: z.string(), savePath: z.string(), base: z.string() })
const parameters = z.object({ source, wish: creationWish })

/** The handler of the command; declares its job. */
export function createHandlers(near: CreateHandlerOptions): Pick<Handlers, 'create_torrent'> {
  const { supervisor, tasks, hashDesk, jobs, rootDir, dataDir: reservedDir } = near
  const begin = jobs.kind({
    name: 'create_torrent',
    parameters,
    isCarriedOn: true,
    run: async ({ parameters: { source: from, wish }, sessionId = '', signal, progress }) => {
      const options = { tasks, hashDesk, sessionId, reservedDir, signal, progress }
      const made = await makeTorrent(from, wish, options)
      if (wish.seed) await seed(sessionId, from, made, near)
      return resultOf(made)
    },
  })
  return {
    create_torrent: async ({ session_id: sessionId, path, ...wish }) => {
      const { root } = supervisor.session(sessionId).records.session
      const found = await tasks.locateSource({ rootDir, root, reservedDir, path, neededBytes: 0 })
      const { records } = supervisor.session(sessionId)
      const { owner } = records.session
      const given = { source: found, wish }
      const { isDurable } = records
      return { value: { job: await begin({ parameters: given, owner, isDurable, sessionId }) } }
    },
  }
}

/** Adds it as seeding: what was hashed is as a run before would have left it. One that seeds from there stays. */
async function seed(
  sessionId: string,
  { folder, savePath }: CreationSource,
  { digest, list, renamed }: MadeTorrent,
  near: CreateHandlerOptions,
): Promise<void> {
  const { torrents } = near.supervisor.session(sessionId).records
  if (torrents.get(digest.infoHash)?.saveFolder === folder) return
  const files = list.files.map(({ length, mtimeNs, ino }, index) => ({ index, size: length, mtimeNs, ino }))
  const bits = fullBits(digest.facts.pieceCount)
  const checkpoint = { bits, files, openForWriting: [], counters: noCounters }
  const known = { saveFolder: folder, savePath, renamed, resume: { checkpoint, clean: true } }
  const input = uploadTorrent.parse({ session_id: sessionId, save_path: savePath })
  await addTorrent(input, fromDigest(digest), near, known)
}

function resultOf({ bytes, digest, list }: MadeTorrent): object {
  const { name, totalSize, pieceLength, pieceCount } = digest.facts
  return {
    info_hash: digest.infoHash,
    name,
    size: totalSize,
    num_files: list.files.length,
    piece_length: pieceLength,
    num_pieces: pieceCount,
    left_out: list.leftOut,
    ...(bytes.length > largestShown ? {} : { metainfo: Buffer.from(bytes).toString('base64') }),
  }
}
