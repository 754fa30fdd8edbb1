/** The commands that change a torrent's trackers and web seeds: recorded first, then the worker follows. */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { TorrentSource } from '../../protocol/records.ts'
import { mostTrackers, mostWebSeeds } from '../../protocol/source-commands.ts'
import { changeSources } from '../supervisor/configure.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { Handlers } from './reply.ts'
import { refuseUnknown, withoutTrackers, withTrackerEdited, withTrackers } from './tracker-tiers.ts'

type SourceHandlers = Pick<
  Handlers,
  'add_tracker' | 'edit_tracker' | 'remove_tracker' | 'add_web_seed' | 'remove_web_seed'
>
type Name = { readonly session_id: string; readonly info_hash: string }

/** The handlers of these commands. */
export function sourceHandlers(supervisor: Pick<Supervisor, 'session'>): SourceHandlers {
  const trackers = async (
    { session_id, info_hash }: Name,
    change: (tiers: TorrentSource['trackers']) => TorrentSource['trackers'],
  ) => {
    const { source } = await changeSources(supervisor.session(session_id), info_hash, (before) => {
      const changed = change(before.trackers)
      refuseMore('trackers', changed.flat().length, before.trackers.flat().length, mostTrackers)
      return { trackers: changed }
    })
    const left = source.trackers.flatMap((urls, tier) => urls.map((url) => ({ url, tier })))
    return { value: { trackers: left } }
  }
  const webSeeds = async (
    { session_id, info_hash }: Name,
    change: (urls: readonly string[]) => readonly string[],
  ) => {
    const { source } = await changeSources(supervisor.session(session_id), info_hash, (before) => {
      const changed = change(before.webSeeds)
      refuseMore('web seeds', changed.length, before.webSeeds.length, mostWebSeeds)
      return { webSeeds: changed }
    })
    return { value: { web_seeds: source.webSeeds.map((url) => ({ url })) } }
  }
  return {
    add_tracker: ({ urls, tier, ...name }) => trackers(name, (tiers) => withTrackers(tiers, urls, tier)),
    edit_tracker: ({ url, new_url, tier, ...name }) =>
      trackers(name, (tiers) => withTrackerEdited(tiers, { url, new_url, tier })),
    remove_tracker: ({ urls, ...name }) => trackers(name, (tiers) => withoutTrackers(tiers, urls)),
    add_web_seed: ({ urls, ...name }) => webSeeds(name, (those) => [...new Set([...those, ...urls])]),
    remove_web_seed: ({ urls, ...name }) =>
      webSeeds(name, (those) => {
        refuseUnknown(those, urls, 'web seed')
        return those.filter((url) => !urls.includes(url))
      }),
  }
}

function refuseMore(what: string, count: number, before: number, most: number): void {
  if (count <= Math.max(before, most)) return
  throw new RestTorrentError('invalid_parameter', `parameter urls: a torrent has at most ${most} ${what}`)
}
