/** Shows what is in a torrent without adding it: nothing is recorded, listed or written. */
import { noCounters } from '../../protocol/counters.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import { defaultTorrentOptions } from '../../protocol/torrent-options.ts'
import type { SessionSupervisor } from '../supervisor/session-supervisor.ts'
import type { Handlers } from './reply.ts'
import type { TorrentHandlerOptions } from './torrent-handlers.ts'
import { readSource, type Candidate } from './torrent-source.ts'

export type PreviewHandlerOptions = Pick<TorrentHandlerOptions, 'supervisor' | 'tasks' | 'fetchPolicy'>

/** What a worker may take beside the time that peers are given. */
const answerMs = 5000

/** The handler of the command. */
export function previewHandlers({
  supervisor,
  tasks,
  fetchPolicy,
}: PreviewHandlerOptions): Pick<Handlers, 'preview_torrent'> {
  return {
    preview_torrent: async (input) => {
      const session = supervisor.session(input.session_id)
      const candidate = await readSource(input, tasks, fetchPolicy)
      const { infoHash, source } = candidate
      const rawInfo = source.rawInfo ?? (await metadataOf(session, candidate, input.timeout_ms))
      const { facts, files } = await tasks.describeInfo(rawInfo)
      return {
        value: {
          info_hash: infoHash,
          name: facts.name,
          total_size: facts.totalSize,
          piece_length: facts.pieceLength,
          num_pieces: facts.pieceCount,
          private: facts.private,
          files: [...files],
          trackers: source.trackers.flatMap((urls, tier) => urls.map((url) => ({ url, tier }))),
          web_seeds: source.webSeeds.map((url) => ({ url })),
        },
      }
    },
  }
}

/** From the session's own torrent where it has that, else from peers. */
async function metadataOf(
  session: SessionSupervisor,
  { infoHash, source }: Candidate,
  timeoutMs: number,
): Promise<Uint8Array> {
  const present = session.records.torrents.get(infoHash)
  const rawInfo =
    present === undefined
      ? await session.query('preview', timeoutMs + answerMs, async (api) => {
          return await api.fetchMetadata(strangerOf({ infoHash, source }), timeoutMs)
        })
      : present.source.rawInfo
  if (rawInfo !== undefined) return rawInfo
  throw new RestTorrentError('metadata_unknown', `no peer has sent the metadata of ${infoHash}`)
}

/** A torrent that is in no records. */
function strangerOf({ infoHash, source }: Pick<Candidate, 'infoHash' | 'source'>): TorrentRecord {
  return {
    infoHash,
    source,
    facts: undefined,
    saveFolder: '',
    savePath: '',
    storageMode: 'memory',
    memoryOnly: true,
    started: true,
    options: defaultTorrentOptions,
    addedAt: 0,
    counters: noCounters,
    bits: undefined,
    quarantine: undefined,
  }
}
