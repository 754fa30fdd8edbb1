/** Which of a session's limits hold: by its settings and the time alone. */
import type { AlternativeSettings, LimitsInForce } from '../../../protocol/alternative-limits.ts'
import type { SessionSettings } from '../../../protocol/session.ts'
import { isWithin, nextChange, partsOf } from './week.ts'

type Limited = AlternativeSettings & Pick<SessionSettings, 'download_limit' | 'upload_limit'>

/** The limits that hold at `now`, and when the schedule changes that; milliseconds since the epoch. */
export function limitsAt(settings: Limited, now: number): LimitsInForce {
  const { alternative_limits: mode, schedule, schedule_time_zone: zone } = settings
  const parts = mode === 'schedule' ? partsOf(schedule) : []
  const alternative = mode === 'on' || isWithin(parts, zone, now)
  return {
    alternative,
    download_limit: alternative ? settings.alternative_download_limit : settings.download_limit,
    upload_limit: alternative ? settings.alternative_upload_limit : settings.upload_limit,
    changes_at: nextChange(parts, zone, now),
  }
}

/** An answer stays true until the limits change; where they do not, it is looked for again after a day. */
const longestMs = 24 * 3_600_000
const known = new WeakMap<Limited, { readonly from: number; readonly to: number; limits: LimitsInForce }>()

/** The same, remembered for these very settings. */
export function limitsInForce(settings: Limited, now = Date.now()): LimitsInForce {
  const found = known.get(settings)
  if (found !== undefined && now >= found.from && now < found.to) return found.limits
  const limits = limitsAt(settings, now)
  known.set(settings, { from: now, to: limits.changes_at ?? now + longestMs, limits })
  return limits
}

/** The settings that a worker is to obey: those with the limits that hold. */
export function settingsInForce(settings: SessionSettings, now = Date.now()): SessionSettings {
  const { download_limit, upload_limit } = limitsInForce(settings, now)
  return { ...settings, download_limit, upload_limit }
}
