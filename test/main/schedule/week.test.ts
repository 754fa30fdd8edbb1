/** Schedules by the clocks of time zones, held against a look at every minute around the days on which clocks change. */
import * as assert from 'uvu/assert'
import { limitsAt } from '../../../src/main/supervisor/schedule/limits-in-force.ts'
import { isWithin, nextChange, partsOf } from '../../../src/main/supervisor/schedule/week.ts'
import { noAlternatives, weekdays, type WeekWindow } from '../../../src/protocol/alternative-limits.ts'
import { suite } from '../../support/suite.ts'

const week = suite('main/supervisor/schedule/week')
const minuteMs = 60_000
const days = 3

/** Three days around a change of the clocks. */
const ranges = [
  ['Europe/Berlin', '2026-03-28T00:00Z'],
  ['Europe/Berlin', '2026-10-24T00:00Z'],
  ['America/New_York', '2026-03-07T12:00Z'],
  ['America/New_York', '2026-10-31T12:00Z'],
  ['Australia/Lord_Howe', '2026-10-02T12:00Z'],
  ['UTC', '2026-12-31T00:00Z'],
] as const

/** What clocks show at each minute of a range, by another way than that of the code: days since 1970, and minutes. */
function clocks(timeZone: string, from: number): { day: number; minute: number }[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  return Array.from({ length: days * 1440 }, (_, at) => {
    const [date = '', time = ''] = format.format(from + at * minuteMs).split(' ')
    const [hours = 0, minutes = 0] = time.split(':').map(Number)
    return { day: Date.parse(date) / 86_400_000, minute: hours * 60 + minutes }
  })
}

/** Whether a window holds, said as its description does. */
function holds(
  { days: names, from, to }: WeekWindow,
  { day, minute }: { day: number; minute: number },
): boolean {
  const [first, last] = [from, to].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)))
  if (first === undefined || last === undefined) return false
  const begins = (on: number): boolean => names.some((name) => weekdays.indexOf(name) === (on + 4) % 7)
  if (first < last) return begins(day) && minute >= first && minute < last
  return (begins(day) && minute >= first) || (begins(day - 1) && minute < last)
}

/** Numbers below `most`, the same for the same seed. */
function numbers(seed: number): (most: number) => number {
  let state = seed
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * most)
  }
}

const timeOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

function someWindows(next: (most: number) => number): WeekWindow[] {
  return Array.from({ length: 1 + next(3) }, () => ({
    days: weekdays
      .filter((_, at) => at === next(7) || next(2) === 0)
      .concat('sun')
      .slice(0, 7),
    // many of them within the hours in which clocks change
    from: timeOf(next(2) === 0 ? 60 + next(150) : next(1440)),
    to: timeOf(next(2) === 0 ? 60 + next(150) : next(1440)),
  }))
}

week('each change is told as it comes, also on days of 23 and of 25 hours', () => {
  let changes = 0
  for (const [timeZone, begin] of ranges) {
    const from = Date.parse(begin)
    const shown = clocks(timeZone, from)
    for (let seed = 1; seed <= 25; seed++) {
      const windows = someWindows(numbers(seed))
      const parts = partsOf(windows)
      const expected = shown.map((clock) => windows.some((window) => holds(window, clock)))
      const flips = expected.flatMap((now, at) => (at > 0 && now !== expected[at - 1] ? [at] : []))
      const told: number[] = []
      const what = `${timeZone} ${JSON.stringify(windows)}`
      assert.is(isWithin(parts, timeZone, from), expected[0], what)
      for (let at: number | null = from; at !== null;) {
        at = nextChange(parts, timeZone, at)
        const minute: number = at === null ? Infinity : (at - from) / minuteMs
        if (minute >= shown.length) break
        told.push(minute)
        assert.is(isWithin(parts, timeZone, from + minute * minuteMs), expected[minute], what)
        assert.is(isWithin(parts, timeZone, from + minute * minuteMs - 1), expected[minute - 1], what)
      }
      assert.equal(told, flips, what)
      changes += told.length
    }
  }
  assert.ok(changes > 300, `${changes} changes`)
})

const settings = {
  ...noAlternatives,
  download_limit: 10,
  upload_limit: 20,
  alternative_download_limit: 1,
  alternative_upload_limit: 2,
  schedule_time_zone: 'Europe/Berlin',
}
const night: WeekWindow = { days: ['sat'], from: '23:00', to: '07:00' }

week('the limits that hold follow the schedule, unless they are switched by hand', () => {
  const schedule = [night]
  const [evening, morning] = ['2026-03-28T21:59:59Z', '2026-03-29T05:00Z'].map((at) => Date.parse(at))
  assert.ok(evening !== undefined && morning !== undefined)
  const usual = { alternative: false, download_limit: 10, upload_limit: 20 }
  const other = { alternative: true, download_limit: 1, upload_limit: 2 }
  assert.equal(limitsAt({ ...settings, schedule }, evening), { ...usual, changes_at: evening + 1000 })
  assert.equal(limitsAt({ ...settings, schedule }, evening + 1000), { ...other, changes_at: morning })
  const off = { ...settings, schedule, alternative_limits: 'off' } as const
  assert.equal(limitsAt(off, evening + 1000), { ...usual, changes_at: null })
  const on = { ...off, alternative_limits: 'on' } as const
  assert.equal(limitsAt(on, evening), { ...other, changes_at: null })
  assert.equal(limitsAt(settings, evening), { ...usual, changes_at: null })
})

week('a window that clocks skip holds a week later, and one of all days always', () => {
  const skipped: WeekWindow = { days: ['sun'], from: '02:00', to: '03:00' }
  const parts = partsOf([skipped])
  const after = nextChange(parts, 'Europe/Berlin', Date.parse('2026-03-28T12:00Z'))
  assert.is(new Date(after ?? 0).toISOString(), '2026-04-05T00:00:00.000Z')
  const always = partsOf([{ days: [...weekdays], from: '09:00', to: '09:00' }])
  assert.is(isWithin(always, 'America/New_York', 0), true)
  assert.is(nextChange(always, 'America/New_York', Date.parse('2026-03-07T12:00Z')), null)
})

week.run()
