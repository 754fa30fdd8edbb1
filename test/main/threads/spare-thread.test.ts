import * as assert from 'uvu/assert'
import type { SessionHost } from '../../../src/main/threads/session-host.ts'
import { SpareThread } from '../../../src/main/threads/spare-thread.ts'
import type { SessionEvent } from '../../../src/protocol/session-rpc.ts'
import { faultySession, order } from '../../support/faults.ts'
import { freePort } from '../../support/ports.ts'
import { sessionBoot } from '../../support/session-boot.ts'
import { eventually, suite } from '../../support/suite.ts'
import { supervise } from '../../support/supervised.ts'
import { countedSession, threadCountKey } from '../../support/thread-count.ts'

const spares = suite('src/main/threads/spare-thread')
const withinMs = 15_000
const restMs = 10

const ready = (spare: SpareThread): Promise<boolean> =>
  eventually(withinMs, 'there is a spare thread', () => spare.isThere)

function begin(spare: SpareThread, port: number, events: SessionEvent[] = []): SessionHost {
  return spare.start({
    boot: sessionBoot([port]),
    onEvent: (event) => events.push(event),
    onOutput: () => undefined,
  })
}

spares('a session runs in the thread that was ready, and the next one is made ready', async () => {
  const { entry, begun, loaded } = countedSession()
  const spare = new SpareThread(entry, restMs)
  await using sessions = supervise({ start: (options) => spare.start(options) })
  assert.not(spare.isThere)
  assert.is((await sessions.create()).state, 'running')
  await eventually(withinMs, 'the spare thread has loaded the engine', () => loaded() === 1)
  assert.is((await sessions.create()).state, 'running')
  await eventually(withinMs, 'so has the next', () => loaded() === 2)
  assert.ok(spare.isThere)
  await spare.close()
  assert.not(spare.isThere)
  assert.is(begun(), 3) // a thread for each session, and the spare one
})

spares('a session that crashed goes on in the spare thread under its id and port', async () => {
  const spare = new SpareThread(faultySession(), restMs)
  await using sessions = supervise({ start: (options) => spare.start(options) })
  const { id, port } = await sessions.create()
  await ready(spare)
  order({ sessionId: id, fault: 'throw' })
  const back = await sessions.whenSession(
    id,
    'back',
    (view) => view.restarts === 1 && view.state === 'running',
  )
  assert.is(back.port, port)
  // and so again, as the thread that was spare hears what the session is told
  await ready(spare)
  order({ sessionId: id, fault: 'throw' })
  await sessions.whenSession(id, 'back again', (view) => view.restarts === 2 && view.state === 'running')
  await spare.close()
})

spares('a spare thread that throws is gone, and only a session that begins in one ends by it', async () => {
  const { begun } = countedSession()
  const code = `const { getEnvironmentData } = process.getBuiltinModule('node:worker_threads')
    Atomics.add(new Int32Array(getEnvironmentData('${threadCountKey}')), 0, 1)
    throw new Error('no code')`
  const spare = new SpareThread(new URL(`data:text/javascript,${encodeURIComponent(code)}`), restMs)
  const port = await freePort()
  assert.is((await begin(spare, port).exited).error?.message, 'no code')
  await eventually(withinMs, 'the spare thread began and is gone', () => begun() === 2 && !spare.isThere)
  assert.is((await begin(spare, port).exited).error?.message, 'no code')
  await spare.close()
})

spares('none is made ready after the end', async () => {
  const { entry, begun } = countedSession()
  const spare = new SpareThread(entry, restMs)
  await spare.close()
  const events: SessionEvent[] = []
  const host = begin(spare, await freePort(), events)
  await eventually(withinMs, 'it is bound', () => events.some(({ type }) => type === 'bound'))
  await host.terminate()
  assert.not(spare.isThere)
  assert.is(begun(), 1)
})

spares.run()
