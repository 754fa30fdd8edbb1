/** The week as the clocks of a time zone show it, in minutes since Sunday 00:00. */
import { weekdays, type WeekWindow } from '../../../protocol/alternative-limits.ts'

const minuteMs = 60_000
const [day, week] = [1440, 7 * 1440]
/** A window that clocks skip on one day is met a week later at the latest. */
const searchMs = 15 * day * minuteMs

/** A part of the week: where it begins, and how many minutes of the clock it lasts. */
export interface WeekPart {
  readonly start: number
  readonly length: number
}

/** The parts that windows name, one for each of their days. */
export function partsOf(windows: readonly WeekWindow[]): WeekPart[] {
  return windows.flatMap(({ days, from, to }) => {
    const [first, last] = [minuteOf(from), minuteOf(to)]
    const length = (last - first + day) % day || day
    return days.map((name) => ({ start: weekdays.indexOf(name) * day + first, length }))
  })
}

/** Whether clocks show a time within one of the parts; `at` in milliseconds since the epoch. */
export function isWithin(parts: readonly WeekPart[], timeZone: string, at: number): boolean {
  const now = clockAt(timeZone, at)
  return parts.some(({ start, length }) => (now - start + week) % week < length)
}

/** When `isWithin` is next another than now: at an edge of a part, or where clocks are put on or back; null: not within 15 days. */
export function nextChange(parts: readonly WeekPart[], timeZone: string, now: number): number | null {
  const edges = parts.flatMap(({ start, length }) => [start, (start + length) % week])
  const before = isWithin(parts, timeZone, now)
  let at = now - (now % minuteMs)
  while (edges.length > 0 && at < now + searchMs) {
    const shown = clockAt(timeZone, at)
    const ahead = Math.min(...edges.map((edge) => ((edge - shown - 1 + week) % week) + 1))
    at = at + steadyMinutes(timeZone, at, ahead) * minuteMs
    if (isWithin(parts, timeZone, at) !== before) return at
  }
  return null
}

/** All of the minutes, or as many as there are up to where clocks are put on or back among them. */
function steadyMinutes(timeZone: string, from: number, minutes: number): number {
  const shown = clockAt(timeZone, from)
  const isSteady = (after: number): boolean =>
    clockAt(timeZone, from + after * minuteMs) === (shown + after) % week
  if (isSteady(minutes)) return minutes
  let [steady, jumped] = [0, minutes]
  while (jumped - steady > 1) {
    const middle = Math.floor((steady + jumped) / 2)
    if (isSteady(middle)) steady = middle
    else jumped = middle
  }
  return jumped
}

const formats = new Map<string, Intl.DateTimeFormat>()

function clockAt(timeZone: string, at: number): number {
  const format = formats.get(timeZone) ?? formatOf(timeZone)
  const shown = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const name = (shown['weekday'] ?? '').toLowerCase()
  return weekdays.findIndex((one) => one === name) * day + minuteOf(`${shown['hour']}:${shown['minute']}`)
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const parts = { weekday: 'short', hour: '2-digit', minute: '2-digit' } as const
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...parts })
  formats.set(timeZone, format)
  return format
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}
