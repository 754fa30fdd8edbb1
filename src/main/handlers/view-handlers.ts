/** The commands that show a torrent as others can use it. All but who has which pieces is known to main. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { magnetOf } from '../../protocol/magnet.ts'
import { metainfoFile } from '../../protocol/metainfo-file.ts'
import { viewCommands } from '../../protocol/view-commands.ts'
import { isToRun, type TorrentRecord } from '../../protocol/records.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { findTorrent, usualDeadlineMs } from './find-torrent.ts'
import type { Handlers } from './reply.ts'

type ViewHandlers = Pick<Handlers, 'get_magnet' | 'get_metainfo' | 'get_pieces'>

/** The handlers of these commands; a worker has `deadlineMs` for its answer. */
export function viewHandlers(supervisor: Supervisor, deadlineMs = usualDeadlineMs): ViewHandlers {
  return {
    get_magnet: (input) => {
      const { infoHash, source, facts } = findTorrent(supervisor, input).record
      const { trackers, webSeeds } = source
      const known = facts?.name ?? source.name
      const name = known === infoHash ? undefined : known
      return { value: { magnet: magnetOf({ infoHash, name, trackers: trackers.flat(), webSeeds }) } }
    },
    get_metainfo: ({ download, ...input }) => {
      const { infoHash, source, facts } = findTorrent(supervisor, input).record
      if (source.rawInfo === undefined)
        throw new RestTorrentError('metadata_unknown', `torrent ${infoHash} has no metadata yet`)
      const bytes = metainfoFile(source.rawInfo, source)
      const name = `${facts?.name ?? infoHash}.torrent`
      const value = { name, metainfo: base64Of(bytes) }
      const { media: contentType } = viewCommands.get_metainfo
      return download ? { value, file: { name, bytes, contentType } } : { value }
    },
    get_pieces: async (input) => {
      const { session, record } = findTorrent(supervisor, input)
      const { infoHash } = record
      const availability = isToRun(record)
        ? await session.query('pieces', deadlineMs, async (api) => await api.availability(infoHash))
        : undefined
      const have = haveOf(record)
      return {
        value: {
          num_pieces: record.facts?.pieceCount ?? null,
          num_have: have.reduce((count, byte) => count + bitsIn(byte), 0),
          have: base64Of(have),
          availability: availability === undefined ? null : base64Of(availability),
        },
      }
    },
  }
}

/** The bits that main shares with the worker, copied since these may change at any time. */
function haveOf({ bits, resume, facts }: TorrentRecord): Uint8Array {
  const length = Math.ceil((facts?.pieceCount ?? 0) / 8)
  const have = new Uint8Array(length)
  have.set((bits === undefined ? (resume?.checkpoint.bits ?? []) : new Uint8Array(bits)).slice(0, length))
  return have
}

function bitsIn(byte: number): number {
  let count = 0
  for (let rest = byte; rest > 0; rest &= rest - 1) count += 1
  return count
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}
