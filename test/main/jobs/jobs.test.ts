import * as assert from 'uvu/assert'
import * as z from 'zod'
import { Jobs, type JobWork } from '../../../src/main/jobs/jobs.ts'
import { jobSurplus } from '../../../src/main/jobs/job-surplus.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import type { Job } from '../../../src/protocol/job.ts'
import { openStore } from '../../../src/worker/store/store.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'

const test = suite('main/jobs/jobs')
const waitMs = 5000
const sessionId = '1'.repeat(40)

/** Jobs on a store of their own; each run waits for its `finish`. */
async function fixture(dataDir = temporaryFolder(), isCarriedOn = false) {
  const store = await openStore(dataDir)
  const bugs: unknown[] = []
  const log = { error: (fields: unknown) => void bugs.push(fields) }
  const jobs = new Jobs({ write: (...operations) => store.write(operations) }, log)
  const told: string[] = []
  jobs.onChange((job) => told.push(`${String(job.info_hash)} ${job.state}`))
  const works = new Map<string, JobWork<{ n: number }> & { finish: (result: object | Error) => void }>()
  const begin = jobs.kind({
    name: 'test',
    parameters: z.object({ n: z.number() }),
    isCarriedOn,
    run: (work) =>
      new Promise<object>((resolve, reject) => {
        work.signal.addEventListener('abort', () => reject(work.signal.reason as Error))
        const finish = (result: object | Error): void =>
          result instanceof Error ? reject(result) : resolve(result)
        works.set(work.infoHash ?? '', { ...work, finish })
      }),
  })
  const add = (name: string, isDurable = true, session = sessionId): Promise<Job> =>
    begin({ parameters: { n: 7 }, owner: null, isDurable, sessionId: session, infoHash: name })
  jobs.restore(await store.loadJobs())
  return {
    jobs,
    add,
    told,
    bugs,
    work: (name: string) => eventually(waitMs, `job ${name} runs`, () => works.get(name)),
    states: () => jobs.newest().map(({ job }) => `${String(job.info_hash)} ${job.state}`),
    ended: (id: string) =>
      eventually(waitMs, 'the end of a job', () => {
        const job = jobs.get(id)?.job
        return job?.finished_at === null ? undefined : job
      }),
    stored: () => store.loadJobs(),
    close: async () => {
      await jobs.stop()
      await store.close()
    },
  }
}

test('a job runs with its parameters, shows its progress and ends with its result', async () => {
  const { jobs, add, work, ended, told, close } = await fixture()
  const { id, state, progress } = await add('a')
  assert.equal([state, progress], ['running', 0])
  const running = await work('a')
  assert.equal(running.parameters, { n: 7 })
  running.progress(0.5)
  assert.is(jobs.get(id)?.job.progress, 0.5)
  running.finish({ moved: 3 })
  const job = await ended(id)
  assert.equal([job.state, job.progress, job.result], ['done', 1, { moved: 3 }])
  assert.equal(told, ['a queued', 'a running', 'a done'])
  await close()
})

test('a failure is told by its code, and a bug as internal with a line in the log', async () => {
  const { add, work, ended, bugs, close } = await fixture()
  const [failing, buggy] = [await add('a'), await add('b')]
  ;(await work('a')).finish(new RestTorrentError('disk_full', 'full'))
  ;(await work('b')).finish(new TypeError('secret'))
  assert.equal((await ended(failing.id)).error, { code: 'disk_full', message: 'full' })
  assert.equal((await ended(buggy.id)).error, { code: 'internal', message: 'internal error' })
  assert.is(bugs.length, 1)
  await close()
})

test('two jobs of a session run at once, the others wait in order and keep no other session waiting', async () => {
  const { add, work, states, close } = await fixture()
  for (const name of ['a', 'b', 'c', 'd']) await add(name)
  await add('e', true, '2'.repeat(40))
  assert.equal(states(), ['e running', 'd queued', 'c queued', 'b running', 'a running'])
  ;(await work('a')).finish({})
  await work('c')
  assert.equal(states().slice(1, 3), ['d queued', 'c running'])
  await close()
})

test('one that waits is cancelled at once, one that runs when it obeys, one that ended stays', async () => {
  const { jobs, add, work, ended, close } = await fixture()
  const [a, b, c] = [await add('a'), await add('b'), await add('c')]
  assert.is(jobs.cancel(c.id)?.state, 'cancelled')
  assert.is(jobs.cancel(a.id)?.state, 'running')
  assert.is((await ended(a.id)).state, 'cancelled')
  ;(await work('b')).finish({})
  await ended(b.id)
  assert.is(jobs.cancel(b.id)?.state, 'done')
  assert.is(jobs.cancel('none'), undefined)
  await close()
})

test('the jobs of a session are called off together', async () => {
  const { jobs, add, ended, close } = await fixture()
  const mine = [await add('a'), await add('b'), await add('c')]
  const other = await add('d', true, '2'.repeat(40))
  jobs.cancelOf(sessionId)
  for (const { id } of mine) assert.is((await ended(id)).state, 'cancelled')
  assert.is(jobs.get(other.id)?.job.state, 'running')
  await close()
})

test('the list survives a restart: what ran is interrupted, what waited runs, what is memory only is gone', async () => {
  const dataDir = temporaryFolder()
  const before = await fixture(dataDir)
  const done = await before.add('a')
  ;(await before.work('a')).finish({ n: 1 })
  await before.ended(done.id)
  for (const name of ['b', 'c', 'd']) await before.add(name)
  await before.add('e', false, '2'.repeat(40))
  await before.close()
  const after = await fixture(dataDir)
  assert.equal(after.states(), ['d running', 'c failed', 'b failed', 'a done'])
  const [, interrupted] = after.jobs.newest()
  assert.is(interrupted?.job.error?.code, 'interrupted')
  assert.equal(after.jobs.get(done.id)?.job.result, { n: 1 })
  await after.close()
})

test('what can be carried on runs again with its parameters', async () => {
  const dataDir = temporaryFolder()
  const before = await fixture(dataDir, true)
  const { id } = await before.add('a')
  await before.close()
  const after = await fixture(dataDir, true)
  const running = await after.work('a')
  assert.equal([running.id, running.parameters], [id, { n: 7 }])
  running.finish({})
  await after.ended(id)
  await after.close()
})

test('jobs that ended are forgotten after a week, and by number', () => {
  const now = Date.now()
  const job = (n: number, fields: Partial<Job>): Job => ({
    id: String(n),
    kind: 'test',
    state: 'done',
    progress: 1,
    session_id: sessionId,
    created_at: 0,
    finished_at: now,
    ...fields,
  })
  const old = job(1, { finished_at: now - 8 * 24 * 3600 * 1000 })
  const running = job(2, { state: 'running', finished_at: null })
  const many = Array.from({ length: 1003 }, (_, n) => job(n + 3, {}))
  const other = job(0, { session_id: '2'.repeat(40) })
  assert.equal(jobSurplus([other, old, running, ...many], now), ['5', '4', '3', '1'])
})

test('results with metainfo are kept up to 16 million characters of a session', () => {
  const result = { metainfo: ' '.repeat(1_400_000) }
  const many = Array.from({ length: 13 }, (_, n): Job => {
    const times = { created_at: 0, finished_at: 1 }
    return {
      id: String(n),
      kind: 'test',
      state: 'done',
      progress: 1,
      session_id: sessionId,
      result,
      ...times,
    }
  })
  assert.equal(jobSurplus(many, 1), ['1', '0'])
})

test.run()
