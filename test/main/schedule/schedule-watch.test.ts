/** What workers are told when a schedule changes. */
import * as assert from 'uvu/assert'
import { SessionRecords } from '../../../src/main/records/session-records.ts'
import type { Configured } from '../../../src/main/supervisor/configure.ts'
import { ScheduleWatch } from '../../../src/main/supervisor/schedule/schedule-watch.ts'
import type { SessionApi } from '../../../src/protocol/session-rpc.ts'
import { sessionRecord, sessionSettings } from '../../support/session-record.ts'
import { suite } from '../../support/suite.ts'

const watching = suite('main/supervisor/schedule/schedule-watch')

/** A session whose worker writes down the download limits that it is told. */
function sessionWith(schedule: typeof sessionSettings.schedule, told: number[]): Configured {
  const settings = { ...sessionSettings, download_limit: 10, alternative_download_limit: 1, schedule }
  const api = { configure: ({ download_limit }: { download_limit: number }) => told.push(download_limit) }
  return {
    records: new SessionRecords(sessionRecord({ settings })),
    state: 'running',
    torrents: { queue: { look: () => undefined } },
    restart: () => Promise.resolve(),
    send: (_what, run) => void run(api as unknown as SessionApi),
  }
}

watching('the worker of a session is told when its limits change, and only then', () => {
  const [told, others]: [number[], number[]] = [[], []]
  const sessions = [
    sessionWith([{ days: ['mon'], from: '08:00', to: '09:00' }], told),
    sessionWith([], others),
  ]
  const at = (minute: number): number => Date.parse('2026-11-23T00:00Z') + minute * 60_000
  const watch = new ScheduleWatch(() => sessions, at(478))
  watch.stop()
  const after = [479, 480, 481, 539, 540, 541].map((minute) => {
    watch.look(at(minute))
    return told.length
  })
  assert.equal(after, [0, 1, 1, 1, 2, 2])
  assert.equal(told, [1, 10])
  assert.equal(others, [])
})

watching.run()
