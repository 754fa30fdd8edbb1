import { RestTorrentError } from '../../protocol/errors.ts'

/** What is told of an info hash that the session does not have, or no longer. */
export function torrentNotFound(infoHash: string): RestTorrentError {
  return new RestTorrentError('torrent_not_found', `torrent ${infoHash} not found`)
}
