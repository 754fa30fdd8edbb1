/** Whether a torrent has everything, as its worker last reported. */
import type { TorrentKey } from '../../protocol/store-rpc.ts'
import type { Board } from '../board/board.ts'

/** False while it is checked, or in a fault: what it had may be gone. */
export function isComplete(board: Board, { sessionId, infoHash }: TorrentKey): boolean {
  const row = board.session(sessionId)?.torrents.get(infoHash)
  if (row?.state === 'seeding' || row?.state === 'finished') return true
  return row?.state === 'stopped' && row.progress === 1
}
