import { Worker } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import { connectRpc, type Rpc } from '../../../src/main/threads/rpc.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { suite, within } from '../../support/suite.ts'
import type { Answering } from './answering-worker.ts'

const longMs = 10_000
const rpcs = suite('src/main/threads/rpc')

/** Runs a test with a real thread behind a real rpc; the thread's exit closes it, as a host does. */
async function withWorker(run: (rpc: Rpc<Answering>, worker: Worker) => Promise<void>): Promise<void> {
  const worker = new Worker(new URL('./answering-worker.ts', import.meta.url))
  const rpc = connectRpc<Answering>(worker)
  worker.on('error', () => undefined) // a crash that was asked for
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      rpc.close('the thread ended')
      resolve()
    })
  })
  try {
    await within(2 * longMs, 'the test', run(rpc, worker))
  } finally {
    await worker.terminate()
    await ended
  }
  assert.is(rpc.pending, 0)
}

async function failureOf(promise: Promise<unknown>): Promise<RestTorrentError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof RestTorrentError) return error
    throw error
  }
  throw new Error('it did not fail')
}

rpcs('values go there and back', async () => {
  await withWorker(async (rpc) => {
    const value = { bits: new Uint8Array([1, 2]), nothing: undefined, list: [1, null] }
    assert.equal(await rpc.call('echo', longMs, (api) => api.echo(value)), value)
    assert.is(rpc.pending, 0)
  })
})

rpcs('code, message and details of an error survive', async () => {
  await withWorker(async (rpc) => {
    const { code, message, details } = await failureOf(rpc.call('refuse', longMs, (api) => api.refuse()))
    assert.equal(
      { code, message, details },
      { code: 'disk_full', message: 'no room', details: { errno: 'ENOSPC', path: 'a/b' } },
    )
  })
})

rpcs('a bug in the worker is internal, without its text', async () => {
  await withWorker(async (rpc) => {
    const { code, message } = await failureOf(rpc.call('fault', longMs, (api) => api.fault()))
    assert.is(code, 'internal')
    assert.not.match(message, 'secret')
  })
})

rpcs('a crash rejects every pending command with session_gone', async () => {
  await withWorker(async (rpc) => {
    const calls = Array.from({ length: 20 }, () => rpc.call('never', longMs, (api) => api.never()))
    const crash = rpc.call('crash', longMs, (api) => api.crash())
    const codes = await Promise.all([...calls, crash].map(async (call) => (await failureOf(call)).code))
    assert.equal(new Set(codes), new Set(['session_gone']))
    assert.is(rpc.pending, 0)
  })
})

rpcs('a call after the end is session_gone at once', async () => {
  await withWorker(async (rpc, worker) => {
    await worker.terminate()
    await within(longMs, 'closed', failureOf(rpc.call('echo', 2 * longMs, (api) => api.echo(1))))
    assert.is((await failureOf(rpc.call('echo', longMs, (api) => api.echo(1)))).code, 'session_gone')
    assert.is(rpc.pending, 0)
  })
})

rpcs('a worker that gives no answer is session_unresponsive after the deadline', async () => {
  await withWorker(async (rpc) => {
    const { code, message } = await failureOf(rpc.call('the query', 50, (api) => api.never()))
    assert.is(code, 'session_unresponsive')
    assert.match(message, 'the query')
  })
})

rpcs('a worker in an endless loop is session_unresponsive, then session_gone when it is ended', async () => {
  await withWorker(async (rpc, worker) => {
    assert.is((await failureOf(rpc.call('loop', 200, (api) => api.loop()))).code, 'session_unresponsive')
    const pending = failureOf(rpc.call('echo', longMs, (api) => api.echo(1)))
    await worker.terminate()
    assert.is((await pending).code, 'session_gone')
  })
})

rpcs('a call that is late does not disturb the ones after it', async () => {
  await withWorker(async (rpc) => {
    await failureOf(rpc.call('never', 20, (api) => api.never()))
    assert.is(await rpc.call('echo', longMs, (api) => api.echo('after')), 'after')
    assert.is(rpc.pending, 1)
    rpc.close('closed by the test')
    assert.is(rpc.pending, 0)
  })
})

rpcs.run()
