/** The commands that give the content of files to players. */
import { setImmediate } from 'node:timers/promises'
import { contentCommands } from '../../protocol/content-commands.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { ContentLinks } from '../access/content-links.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import { findTorrent } from './find-torrent.ts'
import type { Handlers } from './reply.ts'

export interface ContentHandlerOptions {
  readonly supervisor: Supervisor
  readonly tasks: TaskPool
  readonly links: ContentLinks
}

/** Links that are signed in one go. */
const atOnce = 100

/** The handlers of these commands. */
export function contentHandlers({
  supervisor,
  tasks,
  links,
}: ContentHandlerOptions): Pick<Handlers, 'create_link' | 'get_playlist'> {
  const infoOf = (name: { session_id: string; info_hash: string }) => {
    const { infoHash, source, facts } = findTorrent(supervisor, name).record
    if (source.rawInfo === undefined)
      throw new RestTorrentError('metadata_unknown', `torrent ${infoHash} has no metadata yet`)
    return { rawInfo: source.rawInfo, name: facts?.name ?? infoHash }
  }
  return {
    create_link: async ({ lifetime_ms, ...file }, { access }) => {
      const { rawInfo } = infoOf(file)
      await tasks.findFile({ rawInfo, index: file.index })
      const expires_at = Date.now() + lifetime_ms
      return { value: { path: links.path(file, access, expires_at), expires_at } }
    },
    get_playlist: async ({ lifetime_ms, download, ...torrent }, { access, origin = '' }) => {
      const { rawInfo, name: title } = infoOf(torrent)
      const files = await tasks.playableFiles(rawInfo)
      const expires = Date.now() + lifetime_ms
      const lines: string[] = []
      for (const { index, path } of files) {
        const link = links.path({ ...torrent, index }, access, expires)
        lines.push(`#EXTINF:-1,${path.replaceAll(/\p{Cc}/gu, ' ')}\n${origin}${link}\n`)
        if (lines.length % atOnce === 0) await setImmediate() // others are not kept waiting
      }
      const playlist = ['#EXTM3U\n', ...lines].join('')
      const name = `${title}.m3u`
      const { media: contentType } = contentCommands.get_playlist
      const value = { name, playlist }
      return download ? { value, file: { name, contentType, bytes: Buffer.from(playlist) } } : { value }
    },
  }
}
