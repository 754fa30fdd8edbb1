/** What one session or one torrent takes of the quotas that are shared out. */
import { usesAlternatives } from '../../protocol/alternative-limits.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { SessionSettings } from '../../protocol/session.ts'

/** The quotas that sessions have parts of, with the settings that are their part. */
export const sharedOut = [
  ['peers', 'max_peers', undefined],
  ['download_rate', 'download_limit', 'alternative_download_limit'],
  ['upload_rate', 'upload_limit', 'alternative_upload_limit'],
] as const

/** The most that the session may have at some time: also what its alternative limits leave it. */
export function widest(settings: SessionSettings, limit: (typeof sharedOut)[number][1]): number {
  const usual = settings[limit] || Infinity
  if (limit === 'max_peers' || !usesAlternatives(settings)) return usual
  return Math.max(usual, settings[`alternative_${limit}`] || Infinity)
}

/** What the torrent may take of disks; 0 while its size is not known. */
export function diskBytes({ storageMode, facts }: TorrentRecord): number {
  return storageMode === 'memory' ? 0 : (facts?.totalSize ?? 0)
}
