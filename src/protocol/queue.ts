/** How many torrents of a session run at the same time, and in which order the others wait. */
import * as z from 'zod'
import { integer } from './parameters.ts'

const most = 10_000

/** The limits of a session as they are kept. */
export const queueSettings = {
  max_active_downloads: z.int().default(0).describe('torrents that download at the same time, 0: any number'),
  max_active_seeds: z.int().default(0).describe('torrents that seed at the same time, 0: any number'),
  max_active_checks: z
    .int()
    .default(0)
    .describe('torrents whose files are hashed at the same time, 0: any number'),
}

/** What callers may give of them. */
export const queueInput = {
  max_active_downloads: integer(0, most)
    .optional()
    .describe('torrents that download at the same time, 0: any number; the others are queued'),
  max_active_seeds: integer(0, most)
    .optional()
    .describe('torrents that seed at the same time, 0: any number; the others are queued'),
  max_active_checks: integer(0, most)
    .optional()
    .describe(
      'torrents whose files are hashed at the same time, 0: any number; the others are queued_for_checking',
    ),
}

export type QueueLimits = {
  readonly [Name in keyof typeof queueSettings]: z.output<(typeof queueSettings)[Name]>
}

/** The limits of a session of which nobody said anything. */
export const noQueueLimits: QueueLimits = {
  max_active_downloads: 0,
  max_active_seeds: 0,
  max_active_checks: 0,
}

const steps = ['top', 'up', 'down', 'bottom'] as const

/** Where in its queue a torrent is to be: by a step, or at a position, 0 being the first. */
export const queuePlace = z.union([z.enum(steps), integer(0, Number.MAX_SAFE_INTEGER)], {
  error: `must be one of ${steps.join(', ')}, or a position from 0`,
})
export type QueuePlace = z.output<typeof queuePlace>
