import * as assert from 'uvu/assert'
import * as z from 'zod'
import { accessOf, openAccess, type Access } from '../../../src/main/access/access.ts'
import { Board } from '../../../src/main/board/board.ts'
import { dispatch } from '../../../src/main/handlers/dispatch.ts'
import { jobHandlers } from '../../../src/main/handlers/job-handlers.ts'
import type { Caller, Handlers } from '../../../src/main/handlers/reply.ts'
import { Jobs } from '../../../src/main/jobs/jobs.ts'
import { EventLog, isHeard } from '../../../src/main/live/event-log.ts'
import type { CommandName, CommandOutput } from '../../../src/protocol/commands.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { keyRing } from '../../support/access.ts'
import { suite } from '../../support/suite.ts'

const test = suite('main/handlers/job-handlers')
const [mine, gone] = ['1'.repeat(40), '2'.repeat(40)]
const [me, other] = ['rt_000000000001', 'rt_000000000002']

/** The access of a key of scope control to what it made, while one session is there. */
function accessOfKey(prefix: string): Access {
  const limits = { sessions: [], rate_limit: 0, quotas: {} }
  const entry = {
    prefix,
    name: '',
    scope: 'control',
    root: '',
    ...limits,
    created_at: 0,
  } as const
  return accessOf(entry, (id) => (id === mine ? me : undefined))
}

/** Jobs that wait until they are called off: of my session, of one that is gone, and of another's own. */
async function fixture() {
  const jobs = new Jobs({ write: () => Promise.resolve() }, { error: () => undefined })
  const events = new EventLog()
  events.follow(new Board(), keyRing().ring, jobs)
  const begin = jobs.kind({
    name: 'test',
    parameters: z.object({}),
    isCarriedOn: false,
    run: ({ signal }) =>
      new Promise<object>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      }),
  })
  const add = async (owner: string, sessionId?: string): Promise<string> => {
    const place = sessionId === undefined ? {} : { sessionId }
    return (await begin({ parameters: {}, owner, isDurable: false, ...place })).id
  }
  const ids = { mine: await add(me, mine), gone: await add(me, gone), apart: await add(other) }
  const session = (): never => {
    throw new RestTorrentError('session_not_found', 'session not found')
  }
  const handlers = jobHandlers(jobs, { session }) as Handlers
  const as = (access: Access) => {
    const caller: Caller = { transport: 'rest', address: '', access }
    return async <N extends CommandName>(command: N, parameters: object = {}): Promise<CommandOutput<N>> => {
      const reply = await dispatch(handlers, command, parameters, caller)
      return 'value' in reply ? reply.value : reply.ready.value()
    }
  }
  return { jobs, events, ids, as }
}

const codeOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'success',
    (error: unknown) => (error as RestTorrentError).code,
  )

test('a key sees the jobs of its sessions, of gone ones too, and those that it began', async () => {
  const { jobs, ids, as } = await fixture()
  const list = async (access: Access, parameters = {}): Promise<string[]> =>
    (await as(access)('get_jobs', parameters)).jobs.map(({ id }) => id)
  assert.equal(await list(openAccess), [ids.apart, ids.gone, ids.mine])
  assert.equal(await list(accessOfKey(me)), [ids.gone, ids.mine])
  assert.equal(await list(accessOfKey(other)), [ids.apart])
  assert.equal(await list(openAccess, { limit: 1 }), [ids.apart])
  assert.equal(await list(openAccess, { before: ids.gone }), [ids.mine])
  assert.equal(await list(openAccess, { state: 'done' }), [])
  for (const command of ['get_job', 'cancel_job'] as const) {
    assert.is(await codeOf(as(accessOfKey(me))(command, { job_id: ids.apart })), 'job_not_found')
    assert.is(await codeOf(as(accessOfKey(me))(command, { job_id: 'nonsense' })), 'job_not_found')
  }
  assert.is(await codeOf(as(accessOfKey(me))('get_jobs', { before: ids.apart })), 'job_not_found')
  assert.is(await codeOf(as(openAccess)('get_jobs', { session_id: gone })), 'session_not_found')
  await jobs.stop()
})

test('a job is shown and called off by its id', async () => {
  const { jobs, ids, as } = await fixture()
  const ask = as(accessOfKey(me))
  assert.is((await ask('get_job', { job_id: ids.mine })).job.state, 'running')
  await ask('cancel_job', { job_id: ids.mine })
  await new Promise(setImmediate)
  const { job } = await ask('get_job', { job_id: ids.mine })
  assert.is(job.state, 'cancelled')
  assert.ok((job.finished_at ?? 0) >= job.created_at)
  await jobs.stop()
})

test('each change of a state is an event for those who may see the job', async () => {
  const { jobs, events, ids } = await fixture()
  const told = (access: Access): string[] =>
    events
      .all()
      .filter((happened) => isHeard(happened, access))
      .map(({ event: { type, session_id, job } }) => {
        const names = Object.entries(ids).find(([, id]) => id === job?.id)
        assert.is(session_id, job?.session_id)
        return `${type} ${String(names?.[0])} ${String(job?.state)}`
      })
  const ofMine = ['job mine queued', 'job mine running', 'job gone queued', 'job gone running']
  assert.equal(told(accessOfKey(me)), ofMine)
  assert.equal(told(accessOfKey(other)), ['job apart queued', 'job apart running'])
  assert.is(told(openAccess).length, 6)
  await jobs.stop()
})

test.run()
