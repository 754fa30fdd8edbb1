/** Waits for a torrent that is only just being opened to meet peers. */
import { setTimeout } from 'node:timers/promises'

/** Less than main waits for an answer. */
const usualPatienceMs = 4000

/** What a `Torrent` has of this. */
interface Opening<Meeting> {
  readonly meeting: Meeting | undefined
  readonly settled: () => Promise<void>
}

/** Its meeting as soon as there is one; undefined where there is none, or where its files take longer to be checked. */
export async function metSoon<Meeting>(
  torrent: Opening<Meeting> | undefined,
  patienceMs = usualPatienceMs,
): Promise<Meeting | undefined> {
  if (torrent === undefined || torrent.meeting !== undefined) return torrent?.meeting
  const wait = new AbortController()
  const late = setTimeout(patienceMs, undefined, { signal: wait.signal }).catch(() => undefined)
  await Promise.race([torrent.settled(), late])
  wait.abort()
  return torrent.meeting
}
