import { readdirSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { threadEntries } from '../../../src/main/threads/entries.ts'
import type { HostOptions, SessionHost } from '../../../src/main/threads/session-host.ts'
import { startThreadHost } from '../../../src/main/threads/thread-host.ts'
import { RestTorrentError, type ErrorCode } from '../../../src/protocol/errors.ts'
import { faultySession, order, type Fault } from '../../support/faults.ts'
import { freePort, takeTcp } from '../../support/ports.ts'
import { suite } from '../../support/suite.ts'
import { supervise, type Supervised } from '../../support/supervised.ts'

const supervision = suite('src/main/supervisor/session-supervisor')
const longMs = 10_000
const broken = new URL('data:text/javascript,throw new Error("broken at its start")')

async function codeOf(promise: Promise<unknown>): Promise<ErrorCode> {
  try {
    await promise
  } catch (error) {
    if (error instanceof RestTorrentError) return error.code
    throw error
  }
  throw new Error('it did not fail')
}

const ask = (sessions: Supervised, id: string, deadlineMs = longMs): Promise<void> =>
  sessions.supervisor
    .session(id)
    .query('a query', deadlineMs, (api) => api.addPeers('0'.repeat(40), [], 'lsd'))

/** Hosts from an entry that can be changed; counts how many there are. */
function changingHosts(entry: URL) {
  const hosts = { entry, running: 0, started: 0 }
  const start = (options: HostOptions): SessionHost => {
    hosts.running += 1
    hosts.started += 1
    const host = startThreadHost(hosts.entry, options)
    void host.exited.then(() => (hosts.running -= 1))
    return host
  }
  return { hosts, start }
}

supervision('a session that runs shows its state, restarts, last error and vitals', async () => {
  await using sessions = supervise()
  const created = await sessions.create({ name: 'mine' })
  assert.is(created.state, 'running')
  assert.is(created.restarts, 0)
  assert.is(created.last_error, null)
  const { worker } = await sessions.whenSession(created.id, 'measured', (view) => view.worker.heap_used > 0)
  assert.is(worker.generation, 1)
  assert.is(worker.stale, false)
  assert.ok(worker.heap_limit > worker.heap_used)
  assert.ok(worker.event_loop_utilization >= 0 && worker.event_loop_utilization <= 1)
  assert.ok(worker.cpu >= 0)
  await ask(sessions, created.id)
})

for (const fault of ['throw', 'reject', 'exit'] satisfies Fault[]) {
  supervision(`after a crash by ${fault} the session returns with the same id and port`, async () => {
    await using sessions = supervise({ entry: faultySession() })
    const { id, port } = await sessions.create()
    order({ sessionId: id, fault })
    const back = await sessions.whenSession(
      id,
      'back',
      (view) => view.worker.generation === 2 && view.state === 'running',
    )
    assert.equal([back.id, back.port, back.restarts], [id, port, 1])
    assert.is(back.last_error?.code, 'session_gone')
    assert.match(back.last_error?.message ?? '', 'by a fault of its own', 'what was thrown is for the log')
    await ask(sessions, id)
  })
}

supervision('silence is stale, then dead: the thread is ended and the session returns', async () => {
  await using sessions = supervise({ entry: faultySession(), pollMs: 150 })
  const { id } = await sessions.create()
  order({ sessionId: id, fault: 'silent' })
  const stale = await sessions.whenSession(id, 'stale', (view) => view.worker.stale)
  assert.is(stale.state, 'running')
  assert.is(await codeOf(ask(sessions, id, 100)), 'session_unresponsive')
  const pending = await Promise.all([1, 2, 3].map(() => codeOf(ask(sessions, id))))
  assert.equal(pending, ['session_gone', 'session_gone', 'session_gone'])
  const back = await sessions.whenSession(id, 'back', (view) => view.state === 'running')
  assert.is(back.worker.generation, 2)
  assert.match(back.last_error?.message ?? '', 'was silent')
})

supervision('a silence that ends by itself leaves the worker as it is', async () => {
  await using sessions = supervise({ entry: faultySession(), pollMs: 150 })
  const { id } = await sessions.create()
  order({ sessionId: id, fault: 'silent', ms: 2500 })
  await sessions.whenSession(id, 'stale', (view) => view.worker.stale)
  const alive = await sessions.whenSession(id, 'alive', (view) => !view.worker.stale)
  assert.equal([alive.worker.generation, alive.restarts], [1, 0])
})

supervision('five crashes within 60 s lead to failed, and an explicit restart out of it', async () => {
  const { hosts, start } = changingHosts(threadEntries.session)
  await using sessions = supervise({ start })
  const { id, port } = await sessions.create()
  hosts.entry = broken
  await sessions.command('restart_session', { session_id: id })
  const failed = await sessions.whenSession(id, 'failed', (view) => view.state === 'failed')
  assert.is(hosts.started, 6)
  assert.match(failed.last_error?.message ?? '', 'by a fault of its own')
  assert.is(failed.port, port)
  assert.is(await codeOf(ask(sessions, id)), 'session_failed')
  hosts.entry = threadEntries.session
  const answer = await sessions.command('restart_session', { session_id: id })
  assert.is(answer.state, 'starting')
  assert.is(await codeOf(ask(sessions, id)), 'session_starting')
  const back = await sessions.whenSession(id, 'back', (view) => view.state === 'running')
  assert.is(back.port, port)
})

supervision('while a worker is being brought back queries are session_restarting', async () => {
  const { hosts, start } = changingHosts(threadEntries.session)
  await using sessions = supervise({ start })
  const { id } = await sessions.create()
  hosts.entry = broken
  await sessions.command('restart_session', { session_id: id })
  await sessions.whenSession(
    id,
    'back-off',
    (view) => view.state === 'restarting' && view.worker.generation === 0,
  )
  assert.is(await codeOf(ask(sessions, id)), 'session_restarting')
})

supervision('a restart ends the worker in order and keeps id and port', async () => {
  await using sessions = supervise()
  const { id, port } = await sessions.create()
  const answer = await sessions.command('restart_session', { session_id: id })
  assert.is(answer.state, 'restarting')
  const back = await sessions.whenSession(
    id,
    'back',
    (view) => view.worker.generation === 2 && view.state === 'running',
  )
  assert.equal([back.port, back.restarts, back.last_error], [port, 1, null])
})

supervision('a port that is taken when the session comes back leads to failed with bind_failed', async () => {
  const { hosts, start } = changingHosts(threadEntries.session)
  await using sessions = supervise({ start })
  const { id, port } = await sessions.create()
  hosts.entry = broken
  await sessions.command('restart_session', { session_id: id })
  await sessions.whenSession(id, 'broken', (view) => view.last_error !== null)
  {
    await using _ = await takeTcp(port)
    hosts.entry = threadEntries.session
    const failed = await sessions.whenSession(id, 'failed', (view) => view.state === 'failed')
    assert.is(failed.last_error?.code, 'bind_failed')
    assert.is(failed.last_error?.message, 'bind failed address already in use')
  }
  await sessions.command('restart_session', { session_id: id })
  await sessions.whenSession(id, 'back', (view) => view.state === 'running')
})

supervision(
  'a worker that crashes before it is bound fails the creation, and nothing is left of it',
  async () => {
    const { hosts, start } = changingHosts(broken)
    await using sessions = supervise({ start })
    const ports = [await freePort()]
    assert.is(await codeOf(sessions.command('create_session', { ports })), 'session_gone')
    assert.equal([hosts.running, hosts.started], [0, 1])
    assert.equal(await sessions.command('get_session_list', {}), { sessions: [] })
    hosts.entry = threadEntries.session
    await sessions.create({ ports })
    assert.equal([hosts.running, hosts.started], [1, 2])
  },
)

supervision('deleting a session frees its port, thread and descriptors', async () => {
  await using sessions = supervise()
  const first = await sessions.create({ dht: 1 })
  await sessions.command('delete_session', { session_id: first.id })
  const before = [openDescriptors(), threads()]
  for (let round = 0; round < 3; round += 1) {
    const { id, port } = await sessions.create({ ports: [first.port], dht: 1 })
    assert.is(port, first.port)
    await sessions.command('delete_session', { session_id: id })
    assert.is(await codeOf(sessions.command('get_session', { session_id: id })), 'session_not_found')
    await (await takeTcp(port))[Symbol.asyncDispose]()
  }
  assert.ok(openDescriptors() <= (before[0] ?? 0), 'descriptors')
  assert.ok(threads() <= (before[1] ?? 0), 'threads')
})

supervision('a session can be deleted in every state', async () => {
  const { hosts, start } = changingHosts(threadEntries.session)
  await using sessions = supervise({ start })
  const { id } = await sessions.create()
  hosts.entry = broken
  await sessions.command('restart_session', { session_id: id })
  await sessions.whenSession(
    id,
    'back-off',
    (view) => view.state === 'restarting' && view.worker.generation === 0,
  )
  const { started } = hosts
  await sessions.command('delete_session', { session_id: id })
  hosts.entry = threadEntries.session
  await sessions.create()
  assert.equal([hosts.running, hosts.started], [1, started + 1])
})

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}

function threads(): number {
  return readdirSync('/proc/self/task').length
}

supervision.run()
