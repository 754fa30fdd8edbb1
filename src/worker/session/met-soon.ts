/** Waits for a torrent that is only just being opened to meet peers. */
import { setTimeout } from 'node:timers/promises'
import type { Torrent } from './torrent.ts'
import type { TorrentMeeting } from './torrent-meeting.ts'

/** Less than main waits for an answer. */
const patienceMs = 3000

/** Its meeting as soon as there is one; undefined where there is none, or where its files take longer to be checked. */
export async function metSoon(torrent: Torrent | undefined): Promise<TorrentMeeting | undefined> {
  if (torrent === undefined || torrent.meeting !== undefined) return torrent?.meeting
  const wait = new AbortController()
  const late = setTimeout(patienceMs, undefined, { signal: wait.signal }).catch(() => undefined)
  await Promise.race([torrent.settled(), late])
  wait.abort()
  return torrent.meeting
}
