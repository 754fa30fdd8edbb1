/** The command that makes a torrent of files that are there. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { sessionId } from './ids.ts'
import { job } from './job.ts'
import { flag, integer, text } from './parameters.ts'
import { mostTrackers, trackerUrl, webSeedUrl, mostWebSeeds } from './source-commands.ts'

const kib = 1024
const pieceLengthRange = [16 * kib, 16 * kib * kib] as const

/** What is asked of a torrent that is to be made, beside its files; takes what it gives, too. */
export const creationWish = z.strictObject({
  name: text(255)
    .regex(/^(?!\.{1,2}$)[^/]+$/, { error: 'must be the name of a file or folder' })
    .optional()
    .describe('of the torrent; default: that of the file or folder'),
  piece_length: integer(...pieceLengthRange)
    .refine((length) => (length & (length - 1)) === 0, { error: 'must be a power of two' })
    .optional()
    .describe('bytes, a power of two from 16 KiB to 16 MiB; default: such that there are 1,000 to 2,000'),
  private: flag.default(false).describe('1: peers are met by its trackers alone (BEP 27)'),
  trackers: z
    .union([
      trackerUrl.transform((url) => [[url]]),
      z.array(z.union([trackerUrl.transform((url) => [url]), z.array(trackerUrl).min(1)])),
    ])
    .refine((tiers) => tiers.flat().length <= mostTrackers, { error: `must be at most ${mostTrackers}` })
    .default([])
    .describe('announce URLs, each a tier; a list within the list is a tier of several (BEP 12)'),
  web_seeds: z
    .union([webSeedUrl.transform((url) => [url]), z.array(webSeedUrl).max(mostWebSeeds)])
    .default([])
    .describe('addresses of web seeds (BEP 19): one, or several as a list'),
  comment: text(1000).optional(),
  source: text(255)
    .optional()
    .describe('goes into the info dictionary: the same files have another info hash then'),
  seed: flag.default(false).describe('1: add it to the session and seed it from where its files are'),
})
export type CreationWish = z.output<typeof creationWish>

/** Part of the command table. */
export const createCommands = {
  create_torrent: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/create',
    scope: 'control',
    description:
      'Makes a torrent (v1) of a file or folder; the result of its job has info_hash, name, size, num_files, piece_length, num_pieces, left_out (links and others that are no files) and, up to 1 MiB, metainfo in base64, which get_job alone shows, to keys that may control.',
    input: creationWish.extend({
      session_id: sessionId,
      path: z
        .string()
        .min(1)
        .max(4095)
        .regex(/^[^\0]*$/, { error: 'must not hold a NUL' })
        .describe('file or folder: relative to the root folder, or absolute inside it'),
    }),
    output: z.object({ job }),
    jsonp: false,
    status: 202,
  },
} as const satisfies Record<string, CommandEntry>
