/** Limits that take the place of a session's usual ones, by the week or by hand. */
import * as z from 'zod'
import { parsedJson, rate } from './parameters.ts'

/** The days of a week. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const modes = ['schedule', 'on', 'off'] as const
const mostWindows = 50

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a time such as 08:30' })

/** A part of the week: on each of the days from one time on, until the next time that clocks show the other. */
const weekWindow = z.strictObject({
  days: z
    .array(z.enum(weekdays, { error: `must be one of ${weekdays.join(', ')}` }))
    .min(1)
    .max(7),
  from: time,
  to: time,
})
export type WeekWindow = z.output<typeof weekWindow>

const windows = z
  .array(weekWindow)
  .max(mostWindows, { error: `must not be more than ${mostWindows} windows` })

/** The settings as they are kept. */
export const alternativeSettings = {
  alternative_download_limit: z.number().default(0).describe('bytes/s of payload, 0: unlimited'),
  alternative_upload_limit: z.number().default(0).describe('bytes/s of payload, 0: unlimited'),
  alternative_limits: z.enum(modes).default('schedule').describe('when the alternative limits hold'),
  schedule: windows.default([]).describe('when they hold by the week'),
  schedule_time_zone: z
    .string()
    .refine(isTimeZone)
    .default('UTC')
    .catch('UTC') // one that this engine does not know costs no session
    .describe('whose clocks the schedule goes by'),
}
export type AlternativeSettings = {
  [Name in keyof typeof alternativeSettings]: z.output<(typeof alternativeSettings)[Name]>
}

/** The settings of a session of which nobody said anything. */
export const noAlternatives: AlternativeSettings = z.object(alternativeSettings).parse({})

/** What callers may give of them. */
export const alternativeInput = {
  alternative_download_limit: rate
    .optional()
    .describe('bytes/s of payload instead of download_limit while the alternative limits hold, 0: unlimited'),
  alternative_upload_limit: rate
    .optional()
    .describe('bytes/s of payload instead of upload_limit while the alternative limits hold, 0: unlimited'),
  alternative_limits: z
    .enum(modes, { error: `must be one of ${modes.join(', ')}` })
    .optional()
    .describe('when they hold: by the schedule (default), or on or off whatever that says'),
  schedule: z
    .union([z.string().max(10_000).transform(parsedJson), windows], {
      error: 'must be a list of windows such as {"days":["mon","tue"],"from":"22:00","to":"06:30"}',
    })
    .pipe(windows)
    .optional()
    .describe(
      'up to 50 windows such as {"days":["mon","tue"],"from":"22:00","to":"06:30"}, as a list or as JSON text; each ends the next time that clocks show its end: one whose ends are the same lasts a day',
    ),
  schedule_time_zone: z
    .string()
    .max(64)
    .refine(isTimeZone, { error: 'must be an IANA time zone such as Europe/Berlin' })
    .optional()
    .describe('whose clocks the schedule goes by, default UTC'),
}

/** The limits of a session that hold at a moment. */
export const limitsInForce = z.object({
  alternative: z.boolean().describe('the alternative limits hold'),
  download_limit: z.number().describe('bytes/s of payload, 0: unlimited'),
  upload_limit: z.number().describe('bytes/s of payload, 0: unlimited'),
  changes_at: z
    .number()
    .nullable()
    .describe(
      'when the schedule changes that next, in milliseconds since the epoch; null: not within 15 days',
    ),
})
export type LimitsInForce = z.output<typeof limitsInForce>

/** Whether the alternative limits can come to hold without a caller. */
export function usesAlternatives(settings: AlternativeSettings): boolean {
  const { alternative_limits: mode, schedule } = settings
  return mode === 'on' || (mode === 'schedule' && schedule.length > 0)
}

function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false // the engine knows none of that name
  }
}
