/** Whether a torrent has everything, as its worker last reported. */
import type { TorrentKey } from '../../protocol/store-rpc.ts'
import { skipsFiles, type TorrentOptions } from '../../protocol/torrent-options.ts'
import type { Board } from '../board/board.ts'

/** False while it is checked, or in a fault: what it had may be gone; and where files of it are skipped. */
export function isComplete(
  board: Board,
  { sessionId, infoHash }: TorrentKey,
  options: TorrentOptions | undefined,
): boolean {
  const row = board.session(sessionId)?.torrents.get(infoHash)
  if (row?.state === 'seeding') return true
  // progress is that of the selected files
  const takesAll = options !== undefined && !skipsFiles(options)
  return takesAll && (row?.state === 'stopped' || row?.state === 'queued') && row.progress === 1
}
