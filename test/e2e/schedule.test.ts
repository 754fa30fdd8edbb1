/** The alternative limits of a session: switched while a peer serves it, kept, and within quotas. */
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { ratesOf, startDownload } from '../support/governed.ts'
import { codeOf } from '../support/keys.ts'
import { startTestServer } from '../support/server.ts'
import { openSession } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const schedule = suite('test/e2e/schedule')
const [slow, fast] = [100_000, 1_000_000]
const always = [{ days: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'], from: '12:00', to: '12:00' }]

caseWith(
  schedule,
  'the limit of a running transfer is switched by hand and by the schedule',
  ['libtorrent'],
  async () => {
    await using server = await startTestServer({ ALLOW_PRIVATE: '127.0.0.0/8' })
    const { rest } = server
    await using things = new AsyncDisposableStack()
    const limits = { download_limit: slow, alternative_download_limit: fast, alternative_limits: 'off' }
    const download = await startDownload(things, rest, 'one', 24_000_000, limits)
    const of = { session_id: download.session.id }
    const isAbove = async (rate: number): Promise<boolean> =>
      ((await ratesOf([download], 400))[0] ?? 0) > rate
    assert.equal(download.session.limits, {
      alternative: false,
      download_limit: slow,
      upload_limit: 0,
      changes_at: null,
    })
    await eventually(10_000, 'a slow start', async () => !(await isAbove(4 * slow)))
    const on = await rest.call('update_session', { ...of, alternative_limits: 'on' })
    assert.equal([on.limits.alternative, on.limits.download_limit], [true, fast])
    await eventually(10_000, 'the fast limit, by hand', async () => await isAbove(5 * slow))
    const empty = await rest.call('update_session', { ...of, alternative_limits: 'schedule' })
    assert.is(empty.limits.alternative, false, 'there is none')
    await eventually(10_000, 'the slow limit', async () => !(await isAbove(4 * slow)))
    const { limits: scheduled } = await rest.call('update_session', { ...of, schedule: always })
    assert.is(scheduled.alternative, true)
    await eventually(10_000, 'the fast limit, by the schedule', async () => await isAbove(5 * slow))
    const { worker, restarts } = await rest.call('get_session', of)
    assert.equal([worker.generation, restarts], [1, 0])
  },
)

schedule('a schedule is kept over a restart, checked, and within quotas', async () => {
  const dataDir = temporaryFolder()
  const window = { days: ['mon', 'sun'], from: '22:00', to: '06:30' }
  const wanted = { alternative_upload_limit: 7, schedule: [window], schedule_time_zone: 'Europe/Berlin' }
  {
    await using server = await startTestServer({ DATA_DIR: dataDir })
    const { rest } = server
    const session = await openSession(rest, {
      ...wanted,
      schedule: JSON.stringify([window]),
      memory_only: 0,
      quota_download_rate: 1000,
    })
    const of = { session_id: session.id }
    assert.is(session.settings.alternative_download_limit, 1000, 'what the quota leaves')
    for (const wrong of [
      { schedule: 'no list' },
      { schedule: [{ ...window, days: ['someday'] }] },
      { schedule: [{ ...window, to: '24:00' }] },
      { schedule: [{ ...window, from: '8:00' }] },
      { schedule_time_zone: 'Mars/Olympus' },
      { alternative_limits: 'sometimes' },
    ])
      assert.is(codeOf(await rest.ask('update_session', { ...of, ...wrong })), 'invalid_parameter')
    for (const wide of [0, 1001]) {
      const answer = await rest.ask('update_session', { ...of, alternative_download_limit: wide })
      assert.is(codeOf(answer), 'quota_exceeded')
    }
  }
  await using server = await startTestServer({ DATA_DIR: dataDir })
  const [session] = (await server.rest.call('get_session_list')).sessions
  assert.ok(session)
  const {
    alternative_upload_limit,
    schedule: kept,
    schedule_time_zone,
    alternative_limits,
  } = session.settings
  assert.equal({ alternative_upload_limit, schedule: kept, schedule_time_zone }, wanted)
  assert.is(alternative_limits, 'schedule')
  const { changes_at } = session.limits
  assert.ok(changes_at !== null && changes_at > Date.now())
})

schedule.run()
