import type { ChangedSources } from '../../protocol/session-rpc.ts'
import type { Torrent } from './torrent.ts'

/** Has a torrent use these trackers and web seeds from now on; what it meets later reads them in its record. */
export function changeSources(torrent: Torrent, sources: ChangedSources): void {
  const { record, meeting } = torrent
  torrent.record = { ...record, source: { ...record.source, ...sources } }
  meeting?.changeSources(sources)
}
