/** The commands that change where a torrent hears of peers and gets data beside them: trackers and web seeds. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { infoHash, sessionId } from './ids.ts'
import { integer } from './parameters.ts'
import { isTrackerUrl, isWebSeedUrl } from './torrent-urls.ts'

/** What a torrent has of each at the most. */
export const mostTrackers = 64
export const mostWebSeeds = 16

/** A URL of a tracker that can be announced to. */
export const trackerUrl = z
  .string()
  .trim()
  .refine(isTrackerUrl, { error: 'must be an http, https, udp, ws or wss address of at most 2 KiB' })
/** A URL of a web seed that can be asked. */
export const webSeedUrl = z
  .string()
  .trim()
  .refine(isWebSeedUrl, { error: 'must be http or https addresses of at most 2 KiB' })

/** One address or a list; what commas there are belong to the addresses. */
function urlList(url: z.ZodType<string, string>, most: number) {
  return z
    .union([url.transform((one) => [one]), z.array(url).min(1).max(most)])
    .transform((list) => [...new Set(list)])
    .describe('one address, or several as a list or by repeating the parameter')
}

const torrentName = z.strictObject({ session_id: sessionId, info_hash: infoHash })
const trackerInput = torrentName.extend({ urls: urlList(trackerUrl, mostTrackers) })
const webSeedInput = torrentName.extend({ urls: urlList(webSeedUrl, mostWebSeeds) })
const tier = integer(0, mostTrackers - 1)
  .optional()
  .describe('from 0; one that is not there is a new one at the end')

const trackersLeft = z.object({
  trackers: z
    .array(z.object({ url: z.string(), tier: z.int() }))
    .describe('as they are now; get_trackers tells what they say'),
})
const webSeedsLeft = z.object({ web_seeds: z.array(z.object({ url: z.string() })) })

const trackersPath = '/v1/sessions/{session_id}/torrents/{info_hash}/trackers'
const webSeedsPath = '/v1/sessions/{session_id}/torrents/{info_hash}/webseeds'

/** Part of the command table. */
export const sourceCommands = {
  add_tracker: {
    method: 'POST',
    path: trackersPath,
    scope: 'control',
    description:
      'Adds trackers to a torrent, those it has already left out; one before the tracker that works is announced to at once.',
    input: trackerInput.extend({ tier: tier.describe('default: each a new tier at the end (BEP 12)') }),
    output: trackersLeft,
    bulk: true,
    jsonp: false,
  },
  edit_tracker: {
    method: 'PATCH',
    path: trackersPath,
    scope: 'control',
    description: 'Changes the address of a tracker, its tier, or both; the old address is told `stopped`.',
    input: torrentName.extend({ url: trackerUrl, new_url: trackerUrl.optional(), tier }),
    output: trackersLeft,
    bulk: true,
    jsonp: false,
  },
  remove_tracker: {
    method: 'DELETE',
    path: trackersPath,
    scope: 'control',
    description:
      'Removes trackers from a torrent and tells them `stopped`; a private torrent leaves the peers it met by them.',
    input: trackerInput,
    output: trackersLeft,
    bulk: true,
    jsonp: false,
  },
  add_web_seed: {
    method: 'POST',
    path: webSeedsPath,
    scope: 'control',
    description: 'Adds web seeds (BEP 19) to a torrent, those it has already left out.',
    input: webSeedInput,
    output: webSeedsLeft,
    bulk: true,
    jsonp: false,
  },
  remove_web_seed: {
    method: 'DELETE',
    path: webSeedsPath,
    scope: 'control',
    description: 'Removes web seeds from a torrent; requests to them end at once.',
    input: webSeedInput,
    output: webSeedsLeft,
    bulk: true,
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
